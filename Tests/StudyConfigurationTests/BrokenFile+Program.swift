extension BrokenFile {
  /// A study file whose objective is a program, which the mistakes below are made in.
  static let programText = """
    study: tune
    direction: minimize
    objective:
      command: [python3, train.py, --lr, "{lr}"]
      worker: true
      metric: loss
      environment: {OMP_NUM_THREADS: 1}
      trialTimeout: 10m
      trialMemory: 4G
      grace: 5s
    space:
      lr: {float: 1e-5..1e-1, log: true}
      act: {choice: [relu, tanh]}
    """

  private static func program(_ mistake: String, _ part: String, _ replacement: String, _ messages: String...)
    -> BrokenFile
  {
    BrokenFile(mistake, text: programText.replacing(part, with: replacement), messages: messages)
  }

  static let program: [BrokenFile] = [
    program(
      "a mistyped command", "command:", "comand:",
      "4:3: unknown key 'comand' in objective; did you mean 'command'?"),
    program(
      "a mistyped limit", "trialTimeout:", "trialTimout:",
      "8:3: unknown key 'trialTimout' in objective; did you mean 'trialTimeout'?"),
    program(
      "a time that is none", "10m", "10 minutes",
      "8:17: objective.trialTimeout: expected a time such as 90s, 10m or 2h, met '10 minutes'"),
    program(
      "too little memory", "4G", "4K",
      "9:16: objective.trialMemory: expected an amount of memory such as 512M or 4G, at least 1M, met '4K'"),
    program(
      "an empty command", "[python3, train.py, --lr, \"{lr}\"]", "[]",
      "4:12: objective.command: expected a program with its arguments, such as [python3, train.py, --lr, \"{lr}\"], or a line for the shell, met an empty list"
    ),
    program(
      "a parameter's place without quotes", "\"{lr}\"", "{lr: }",
      "4:38: objective.command: expected a text, met a mapping; a parameter's place is written in quotes, \"{lr}\""),
    program(
      "a command without a name", "python3,", "\"\",",
      "4:13: objective.command: the name of the program is empty"),
    program(
      "a worker that is no truth value", "worker: true", "worker: 2",
      "5:11: objective.worker: expected true or false, met '2'"),
    program(
      "too many names of values", "metric: loss", "metrics: [loss, size]",
      "6:3: objective: 2 names are given for one direction"),
    program(
      "two kinds of names", "metric: loss", "metric: loss\n  metrics: [loss]",
      "7:3: objective: 'metric' and 'metrics' exclude each other; keep one of them"),
    program(
      "a variable that is no text", "{OMP_NUM_THREADS: 1}", "{OMP_NUM_THREADS: [1]}",
      "7:34: objective.environment.OMP_NUM_THREADS: expected a text, met a list"),
    program(
      "no direction", "direction: minimize\n", "",
      "1:1: missing key 'direction'"),
  ]
}
