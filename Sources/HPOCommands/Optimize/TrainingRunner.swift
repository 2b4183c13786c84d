import ArgumentParser
import HPO
import OrderedCollections
import StudyConfiguration

/// Trains the network that a study file describes, a trial at a time.
struct TrainingRunner: Sendable {
  let objective: TrainingObjective
  private let space: ParameterSpace
  /// What is trained on: one split, or one a fold.
  let parts: DatasetParts
  /// The parts of the first split as they come, gathered each time.
  var raw: DatasetSplits { parts.raw(0) }
  /// What a single training is trained on.
  var data: DatasetSplits { parts.standardized(0).data }
  /// A saved model that trainings learn from.
  private let teacher: TrainedModel?
  /// What draws architectures, where the study searches them.
  let candidates: ArchitectureCandidates?

  /// Loads and splits the data.
  ///
  /// - Parameters:
  ///   - objective: What is trained, perhaps with other settings than the study file has.
  ///   - configuration: The study file.
  /// - Throws: What `StudyConfiguration.naming` throws where the data, or what the file says of them, cannot be.
  init(_ objective: TrainingObjective, of configuration: StudyConfiguration) throws {
    self = try configuration.naming { try TrainingRunner(objective, space: configuration.space) }
  }

  private init(_ objective: TrainingObjective, space: ParameterSpace) throws {
    self.objective = objective
    self.space = space
    let (dataset, test) = try objective.data.load()
    if case .classes(let labels, let names) = dataset.target, Set(labels).count > dataset.count / 2 {
      let found = "\(dataset.name): the target has \(Set(labels).count) different values in \(dataset.count) samples"
      throw ValidationError(
        names.allSatisfy { Double($0) != nil } && objective.data.hasTask
          ? "\(found), so it is no class; for a value to predict, write 'task: regression' and the metric rmse or r2"
          : "\(found), and a class needs several for training and validation; add samples, or take another target")
    }
    if objective.network == .cnn, dataset.featureShape.count != 3 {
      throw ValidationError(
        "\(dataset.name): the network 'cnn' needs images, but these are the rows of a table; take the network 'mlp'")
    }
    let parts = try objective.split.parts(of: dataset, test: test)
    self.parts = parts
    teacher = try objective.teacher.map { try TrainedModel(contentsOf: $0) }
    candidates = try objective.architecture.map {
      try ArchitectureCandidates($0, samples: parts.standardized(0).data.training)
    }
  }

  /// Says what somebody should know of the data, and readies a study for its first trial.
  func prepare(_ study: Study) throws {
    tellDataNotes()
    try candidates?.prepare(study)
  }

  /// Says what somebody should know of the data before trusting what is measured on them.
  func tellDataNotes() { for note in DataNotes.all(parts) { Terminal.writeError("note: \(note)\n") } }

  /// A trainer of the network that some values of the space describe.
  ///
  /// - Parameters:
  ///   - data: What it is trained on; nil for the only split, or the first fold.
  ///   - weights: What it begins with, by name; the rest is drawn.
  ///   - teacher: What it learns from beside the targets.
  ///   - precision: What its products are computed in where the study file says `auto`; nil to measure.
  func trainer(
    values: OrderedDictionary<String, Choice>, seed: UInt64, data: DatasetSplits? = nil,
    weights: [String: [Float]] = [:], teacher: Teacher? = nil, precision: Precision? = nil
  ) throws -> Trainer {
    let architecture = try candidates?.architecture(of: values, without: objective)
    let hyperparameters = try objective.hyperparameters(for: values, architecture: architecture)
    var options = hyperparameters.options(seed: seed, metric: objective.metric, selection: objective.selection)
    options.precision = objective.precision
    return try Trainer(
      hyperparameters.network.network, data: data ?? self.data, options: options, weights: weights,
      teacher: try teacher ?? self.teacher(for: hyperparameters.refinements), precision: precision)
  }

  private func teacher(for refinements: TrainingRefinements) throws -> Teacher? {
    guard let teacher else {
      guard refinements.loss != .klDivergence else {
        throw ValidationError(
          "the loss 'klDivergence' learns what a teacher says, and the study file names no 'teacher'")
      }
      return nil
    }
    return Teacher(teacher, temperature: refinements.temperature, share: refinements.teacherShare)
  }

  /// Trains the network of one trial, from its checkpoint where it was interrupted, reports the metric after each epoch,
  /// and returns its value in the best epoch; what
  /// the weights of that epoch achieve on the test samples, which nothing else looks at, is kept with the trial.
  ///
  /// - Returns: The value, and the costs of the architecture that are objectives.
  func run(_ trial: Trial) throws -> [Double] {
    let candidate = try candidates?.draw(trial, space: space)
    let values = try candidate?.values ?? trial.suggest(space)
    if parts.count > 1 { return [try runFolds(trial, values: values)] + (candidate?.objectives ?? []) }
    let trainer = try trainer(values: values, seed: trial.seed, precision: trial.record.precision)
    let (result, diagnosis) = try diagnosed(trial, trainer) {
      try trainer.train(for: trial)
    }
    if let diagnosis { try trial.setUserAttribute("diagnosis", to: .string(diagnosis.description)) }
    try trial.setUserAttribute("epoch", to: .int(result.best.epoch))
    let test = try trainer.evaluate(data.test)
    if let value = test[objective.metric] {
      try trial.setUserAttribute("test \(objective.metric.rawValue)", to: .double(value))
    }
    return [result.best.value] + (candidate?.objectives ?? [])
  }

  /// Trains, and keeps with the trial the precision where it was to be chosen, and whether the training diverged.
  ///
  /// - Returns: The training, and what its history says.
  func diagnosed(
    _ trial: Trial, _ trainer: Trainer, _ train: () throws -> TrainingResult
  ) throws -> (result: TrainingResult, diagnosis: TrainingDiagnosis?) {
    if objective.precision != .float32 {
      try trial.setUserAttribute(FrozenTrial.precisionKey, to: .string(trainer.precision.rawValue))
    }
    let result: TrainingResult
    do { result = try train() } catch let error as TrainingError where error.code == .diverged {
      try trial.setUserAttribute("diagnosis", to: .string(TrainingDiagnosis.diverged.description))
      throw error
    }
    return (result, try trainer.diagnosis(of: result.history))
  }
}

extension FrozenTrial {
  /// The user attribute of `precision`.
  static let precisionKey = "precision"

  /// What the trial's products were computed in, where the study file left that open; nil before it began.
  var precision: Precision? { userAttributes[Self.precisionKey]?.stringValue.flatMap(Precision.init) }
}
