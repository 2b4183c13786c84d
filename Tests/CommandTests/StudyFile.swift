/// Study files for the tests.
enum StudyFile {
  /// A quick search of the digits: a trial takes some ten milliseconds.
  static let quick = """
    study: quick
    direction: maximize
    objective:
      data: digits
      network: mlp
      epochs: 3
      metric: accuracy
    space:
      learningRate: {float: 1e-4..1e-1, log: true}
      batchSize: {choice: [64, 128]}
      depth: {int: 1..2}
      units: {int: 8..32, log: true, repeat: depth}
      optimizer: {choice: [sgd, momentum, adam]}
      momentum: {float: 0.5..0.99, when: {optimizer: momentum}}
    sampler: {name: tpe, seed: 7}
    pruner: {name: median, startupTrials: 4}
    """

  /// The same with trials of many epochs, long enough to be interrupted.
  static let long = quick.replacing("epochs: 3", with: "epochs: 400").replacing("study: quick", with: "study: long")
    .replacing("pruner: {name: median, startupTrials: 4}", with: "pruner: none")
}
