import Testing

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

  /// A quick search of small architectures by evolution, named `small`.
  static let architectures = """
    study: small
    objective: {data: digits, epochs: 2, metric: accuracy, learningRate: 0.01, batchSize: 64}
    architecture:
      space: cnn
      depth: 1..2
      channels: [4, 8, 12]
      kernel: 3
      limits: {flash: 4kB}
      warmUp: {candidates: 10, keep: 2}
    sampler: {name: evolution, seed: 5, population: 4, tournament: 2}
    pruner: none
    """

  /// A search of dense architectures of one epoch each, described step by step.
  static func steps(_ steps: String, study: String) -> String {
    """
    study: \(study)
    objective: {data: digits, epochs: 1, metric: accuracy, batchSize: 64}
    architecture: {space: [\(steps), output], input: row}
    """
  }
}

extension Command {
  /// Writes the quick study file to quick.yaml and trains its network, which becomes m.hpo.
  func trainQuick(_ options: String...) throws {
    try write(StudyFile.quick, to: "quick.yaml")
    let run = try start("hpo", ["train", "--config", "quick.yaml", "--output", "m.hpo"] + options).wait()
    #expect(run.status == 0, "\(run.errors)")
  }
}
