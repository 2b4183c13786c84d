import Execution
import OrderedCollections
import SearchSpace
import Training

extension ObjectiveReader {
  /// Reports what the file fixes and what cannot be trained, or cannot do what it is for, beside the rest of the file, whatever
  /// the data hold.
  ///
  /// - Parameter space: What is searched.
  func checkConflicts(in space: ParameterSpace, _ log: MistakeLog) {
    guard let objective else { return }
    let searched = Set(space.entries.map(\.name))
    for hyperparameter in hyperparameters where !searched.contains(hyperparameter.name) {
      guard let known = known[hyperparameter.name], case .fixed(let position) = known.origin, let value = known.value,
        let conflict = conflict(of: hyperparameter, value, objective, space)
      else { continue }
      log.report(.contradiction, at: position, "'\(hyperparameter.name)' is '\(value)', \(conflict)")
    }
  }

  /// What is wrong with a value, and the way out; nil where nothing is.
  private func conflict(
    of hyperparameter: Hyperparameter, _ value: Choice, _ objective: TrainingObjective, _ space: ParameterSpace
  ) -> String? {
    let usual = value == hyperparameter.defaultValue
    let number = value.numericValue ?? 0
    switch hyperparameter {
    case .loss:
      return lossConflict(value.description, objective.metric.task)
    case .optimizer:
      let isRough = objective.network == .cnn && value == .string(TrainingHyperparameters.Optimizer.newtonCG.rawValue)
      return isRough
        ? "which needs second derivatives, and pooling and batch normalization have none; take lbfgs, or the network mlp"
        : nil
    case .dropout where !usual: return obstacle(to: space, "makes the loss another one at each look")
    case .l1Penalty where !usual: return obstacle(to: space, "gives the loss kinks")
    case .weightLimit where !usual, .weightMinimum where !usual, .weightMaximum where !usual:
      return boundConflict(hyperparameter) ?? obstacle(to: space, "sets bounds, which are no part of it")
    case .weightAveraging where !usual: return obstacle(to: space, "averages its iterates")
    case .shift where !usual, .flip where !usual, .cutout where !usual:
      if objective.data.isTable { return "and only images are shifted, flipped and cut out; leave it out" }
      return obstacle(to: space, "makes other samples of them each time")
    case .leastRate:
      guard let rate = greatest(of: .learningRate, space), number > rate else { return nil }
      return "and a schedule lowers the learning rate of \(rate) to it; take less than that"
    default: return nil
    }
  }

  private func lossConflict(_ name: String, _ task: DatasetTask) -> String? {
    guard let loss = TrainingRefinements.LossName(rawValue: name), let own = loss.task, own != task else { return nil }
    let others = TrainingRefinements.LossName.allCases.filter { $0.task == task }.map(\.rawValue).alternatives
    return "a loss for \(own.rawValue), and the metric is one for \(task.rawValue); write \(others), or leave it out"
  }

  /// What speaks against something that a minimization of all samples cannot have.
  private func obstacle(to space: ParameterSpace, _ reason: String) -> String? {
    guard !space.entries.contains(where: { $0.name == Hyperparameter.optimizer.name }),
      let optimizer = known[Hyperparameter.optimizer.name]?.value,
      TrainingHyperparameters.Optimizer.onAllSamples.contains(where: { $0.rawValue == optimizer.description })
    else { return nil }
    return
      "and the optimizer \(optimizer) minimizes one smooth loss of all samples: it \(reason); leave it out, or take an "
      + "optimizer of steps such as adam"
  }

  /// What is wrong with the bounds of the weights.
  private func boundConflict(_ hyperparameter: Hyperparameter) -> String? {
    func bound(_ hyperparameter: Hyperparameter) -> Double? { known[hyperparameter.name]?.value?.numericValue }
    guard hyperparameter == .weightMaximum, let low = bound(.weightMinimum), let high = bound(.weightMaximum),
      low >= high
    else { return nil }
    return "and 'weightMinimum' '\(low)', so that all weights are the same; let the one be below the other"
  }

  /// The greatest value that a hyperparameter has in any trial; nil where that is not known.
  private func greatest(of hyperparameter: Hyperparameter, _ space: ParameterSpace) -> Double? {
    guard let entry = space.entries.first(where: { $0.name == hyperparameter.name }) else {
      return known[hyperparameter.name]?.value?.numericValue
    }
    let own: Double? =
      switch entry.distribution {
      case .float(let range): range.high
      case .int(let range): Double(range.high)
      case .categorical(let list): list.choices.compactMap(\.numericValue).max()
      }
    guard entry.condition != nil else { return own }
    return [own, hyperparameter.defaultValue.numericValue].compactMap(\.self).max()
  }
}

extension TrainingRefinements.LossName {
  /// What it is a loss of; nil where it is one of either.
  fileprivate var task: DatasetTask? {
    switch self {
    case .automatic: nil
    case .crossEntropy, .binaryCrossEntropy, .klDivergence: .classification
    case .squaredError, .absoluteError, .huber: .regression
    }
  }
}

extension DataSource {
  /// Whether the samples are certainly the rows of a table.
  var isTable: Bool {
    switch self {
    case .csv, .embedded(.diabetes): true
    case .embedded(.digits), .idx, .numpy: false
    }
  }
}
