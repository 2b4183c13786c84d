extension BrokenFile {
  static let keys: [BrokenFile] = [
    BrokenFile(
      "a mistyped key at the top",
      edits: [("space:", "sapce:")],
      messages: [
        "12:1: unknown key 'sapce'; did you mean 'space'?"
      ]),
    BrokenFile(
      "a key that is near to none",
      edits: [("jobs: 2", "workers: 2")],
      messages: [
        "25:1: unknown key 'workers'; expected one of study, direction, directions, objective, architecture, space, sampler, "
          + "pruner, trials, jobs, stop, duplicates"
      ]),
    BrokenFile(
      "a key in another case",
      edits: [("learningRate:", "learning_rate:")],
      messages: [
        "13:3: unknown key 'learning_rate' in space; did you mean 'learningRate'?"
      ]),
    BrokenFile(
      "a mistyped key of the objective",
      edits: [("epochs: 30", "epoch: 30")],
      messages: [
        "9:3: unknown key 'epoch' in objective; did you mean 'epochs'?"
      ]),
    BrokenFile(
      "a mistyped key with a mistyped value",
      edits: [("metric: accuracy", "metrics: acuracy")],
      messages: [
        "10:3: unknown key 'metrics' in objective; did you mean 'metric'?",
        "10:12: unknown metric 'acuracy'; did you mean 'accuracy'?",
      ]),
    BrokenFile(
      "a mistyped parameter that another one depends on",
      edits: [("depth: {int", "dept: {int")],
      messages: [
        "15:3: unknown key 'dept' in space; did you mean 'depth'?"
      ]),
    BrokenFile(
      "a mistyped key of a parameter",
      edits: [("float: 1e-4", "flaot: 1e-4")],
      messages: [
        "13:18: unknown key 'flaot' in space.learningRate; did you mean 'float'?"
      ]),
    BrokenFile(
      "a parameter without a range",
      edits: [("{float: 1e-4..1e-1, log: true}", "{log: true}")],
      messages: [
        "13:3: missing key 'float', 'int' or 'choice' in space.learningRate"
      ]),
    BrokenFile(
      "a key of another sampler",
      edits: [("name: tpe, seed: 7", "name: random, candidates: 3")],
      messages: [
        "22:25: unknown key 'candidates' in sampler; expected one of name, seed"
      ]),
    BrokenFile(
      "a key of another pruner",
      edits: [("warmupSteps: 3", "percentile: 30")],
      messages: [
        "23:42: unknown key 'percentile' in pruner; expected one of name, startupTrials, warmupSteps, "
          + "intervalSteps, minTrials"
      ]),
    BrokenFile(
      "a duplicate key",
      edits: [("  epochs: 30\n", "  epochs: 30\n  epochs: 40\n")],
      messages: [
        "10:3: duplicate key 'epochs' in objective; it is given in line 9 already"
      ]),
    BrokenFile(
      "duplicate keys in several places",
      edits: [
        ("jobs: 2", "jobs: 2\njobs: 3\n'jobs': 4"), ("dropout: {float: 0..0.5", "dropout: {float: 0..0.5, float: 0..1"),
      ],
      messages: [
        "18:28: duplicate key 'float' in space.dropout; it is given in line 18 already",
        "26:1: duplicate key 'jobs'; it is given in line 25 already",
        "27:1: duplicate key 'jobs'; it is given in line 25 already",
      ]),
    BrokenFile(
      "a duplicate key that is no scalar",
      text: "? [a, b]\n: 1\n? [a, b]\n: 2\n",
      messages: [
        "1:3: this key is given again later"
      ]),
    BrokenFile(
      "a missing data set",
      edits: [("  data: digits\n", "")],
      messages: [
        "5:1: missing key 'data' in objective"
      ]),
    BrokenFile(
      "a missing metric",
      edits: [("  metric: accuracy\n", "")],
      messages: [
        "5:1: missing key 'metric' in objective"
      ]),
    BrokenFile(
      "a missing network",
      edits: [("  network: mlp\n", "")],
      messages: [
        "5:1: missing key 'network' in objective"
      ]),
    BrokenFile(
      "a missing space",
      text: "study: a\ndirection: minimize\n",
      messages: [
        "1:1: missing key 'space'"
      ]),
    BrokenFile(
      "a missing direction",
      text: "space: {x: {float: 0..1}}\n",
      messages: [
        "1:1: missing key 'direction'"
      ]),
    BrokenFile(
      "an empty space",
      text: """
        direction: minimize
        space: {}
        """,
      messages: [
        "2:8: space has no parameter"
      ]),
    BrokenFile(
      "a sampler without a name",
      edits: [("name: tpe, ", "")],
      messages: [
        "22:1: missing key 'name' in sampler"
      ]),
    BrokenFile(
      "several mistakes, in the order of the file",
      edits: [
        ("jobs: 2", "jobs: none"), ("data: digits", "data: digit"), ("study:", "studdy:"), ("1e-4..1e-1", "1..0"),
      ],
      messages: [
        "2:1: unknown key 'studdy'; did you mean 'study'?",
        "6:9: unknown data set 'digit'; did you mean 'digits'?",
        "13:25: space.learningRate: empty range '1..0': the lower bound is above the upper one",
        "25:7: jobs: expected a whole number from 1 to 200, met 'none'",
      ]),
  ]
}
