public import Execution
import Graphs

extension Trainer {
  /// Trains a model further: from its weights, on its network without dropout.
  ///
  /// - Parameters:
  ///   - model: What training begins with; it computes with floating-point numbers.
  ///   - data: The data that it was trained on, split and standardized as they were.
  ///   - options: How it is trained now.
  ///   - kernels: Whose kernels to run.
  ///   - teacher: A network whose outputs are learned beside the targets.
  ///   - hook: What changes weights after each update.
  /// - Throws: `TrainingError` of code `dataMismatch` where the data are others, `invalidOption` where the model is
  ///   quantized; and as the other initializer.
  public convenience init(
    refining model: TrainedModel, data: DatasetSplits, options: TrainingOptions, kernels: Kernels = .automatic,
    teacher: Teacher? = nil, hook: (any UpdateHook)? = nil
  ) throws {
    guard model.quantization == nil else {
      throw TrainingError(
        .invalidOption, "the model is quantized; take the one with floating-point numbers that it was made of")
    }
    try model.requireFit(to: data, as: "the model")
    try self.init(
      model.network, data: data, options: options, kernels: kernels, weights: model.weights, teacher: teacher,
      hook: hook)
  }
}

extension TrainedModel {
  /// Checks that the model takes and makes what the data hold.
  ///
  /// - Parameter subject: What messages call the model.
  /// - Throws: `TrainingError` of code `dataMismatch`.
  package func requireFit(to data: DatasetSplits, as subject: String) throws(TrainingError) {
    let training = data.training
    let isOfTarget =
      switch (target, training.target) {
      case (.classes(let own), .classes(_, let names)): own == names
      case (.value, .values): true
      default: false
      }
    guard featureShape == training.featureShape, isOfTarget else {
      throw TrainingError(
        .dataMismatch, "\(subject) takes other samples or predicts other targets than \(training.name) has")
    }
    guard target.scale == TargetColumn.Scale(fitting: training.target) else {
      throw TrainingError(
        .dataMismatch,
        "\(subject) was trained on values of another mean and deviation than those of \(training.name); split the data as "
          + "they were then")
    }
    guard standardization == data.standardization, encoding == data.encoding else {
      throw TrainingError(
        .dataMismatch,
        "\(subject) was trained on \(training.name) standardized by other figures; split and standardize the data as they "
          + "were then")
    }
  }
}

extension ParameterStore {
  /// Sets parameters and states by name, and leaves the others.
  ///
  /// - Throws: `TrainingError` of code `dataMismatch` where there is none of a name, or it has another extent.
  func set(_ weights: [String: [Float]]) throws(TrainingError) {
    for (name, elements) in weights.sorted(by: { $0.key < $1.key }) {
      guard let entry = layout[name], entry.shape.count == elements.count else {
        throw TrainingError(
          .dataMismatch,
          "training is to begin with \(elements.count) numbers for '\(name)', and the network has "
            + (layout[name].map { "\($0.shape) there" } ?? "nothing of that name"))
      }
      for (index, element) in zip(entry.range, elements) { values[index] = element }
    }
  }
}
