import ArgumentParser
import HPO
import OrderedCollections
import StudyConfiguration

/// Trains the network that a study file describes, a trial at a time.
struct TrainingRunner: Sendable {
  private let objective: TrainingObjective
  private let space: ParameterSpace
  /// What is trained on, standardized.
  let data: DatasetSplits
  /// What draws architectures, where the study searches them.
  let candidates: ArchitectureCandidates?

  /// Loads and splits the data.
  ///
  /// - Throws: `DatasetError`.
  init(_ objective: TrainingObjective, space: ParameterSpace) throws {
    self.objective = objective
    self.space = space
    let split = objective.split
    let (dataset, test) = try objective.data.load()
    if case .classes(_, let names) = dataset.target, names.count > dataset.count / 2 {
      throw ValidationError(
        "\(dataset.name): the target has \(names.count) different values in \(dataset.count) rows, so it is no class; "
          + "for a value to predict, write 'task: regression' and the metric rmse or r2")
    }
    if objective.network == .cnn, dataset.featureShape.count != 3 {
      throw ValidationError(
        "\(dataset.name): the network 'cnn' needs images, but these are the rows of a table; take the network 'mlp'")
    }
    let splits =
      if let test { try dataset.split(validation: split.validation, test: test, seed: split.seed) } else {
        try dataset.split(validation: split.validation, test: split.test, seed: split.seed)
      }
    data = splits.standardized()
    candidates = try objective.architecture.map {
      try ArchitectureCandidates($0, samples: splits.standardized().training)
    }
  }

  /// Lets a new study begin with the architectures that a warm-up finds, where it is to.
  func prepare(_ study: Study) throws { try candidates?.warmUp(study) }

  /// A trainer of the network that some values of the space describe.
  func trainer(values: OrderedDictionary<String, Choice>, seed: UInt64) throws -> Trainer {
    let architecture = try candidates?.architecture(of: values, without: space)
    let hyperparameters = try objective.hyperparameters(for: values, architecture: architecture)
    var options = hyperparameters.options(seed: seed, metric: objective.metric, selection: objective.selection)
    options.precision = objective.precision
    return try Trainer(hyperparameters.network.network, data: data, options: options)
  }

  /// Trains the network of one trial, from its checkpoint where it was interrupted, reports the metric after each epoch,
  /// and returns its value in the best epoch; what
  /// the weights of that epoch achieve on the test samples, which nothing else looks at, is kept with the trial.
  ///
  /// - Parameter stop: Asked to stop where no architecture is left to try.
  /// - Returns: The value, and the costs of the architecture that are objectives.
  func run(_ trial: Trial, stop: StopSource) throws -> [Double] {
    let candidate = try candidates?.draw(trial, space: space, stop: stop)
    let trainer = try trainer(values: candidate?.values ?? trial.suggest(space), seed: trial.seed)
    if objective.precision != .float32 {
      try trial.setUserAttribute("precision", to: .string(trainer.precision.rawValue))
    }
    let result: TrainingResult
    do {
      result = try trainer.train(for: trial)
    } catch let error as TrainingError where error.code == .diverged {
      try trial.setUserAttribute("diagnosis", to: .string(TrainingDiagnosis.diverged.description))
      throw error
    }
    try trial.setUserAttribute("epoch", to: .int(result.best.epoch))
    if let diagnosis = TrainingDiagnosis(result.history, guessing: trainer.guessingLoss) {
      try trial.setUserAttribute("diagnosis", to: .string(diagnosis.description))
    }
    let test = try trainer.evaluate(data.test)
    if let value = test[objective.metric] {
      try trial.setUserAttribute("test \(objective.metric.rawValue)", to: .double(value))
    }
    return [result.best.value] + (candidate?.objectives ?? [])
  }
}
