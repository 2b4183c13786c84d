public import Execution
import Graphs

/// A trained network with all that it takes to predict from raw features: how they are standardized, and what the outputs
/// mean.
///
///     let model = try trainer.model(metrics: ["test": try trainer.evaluate(data.test)])
///     try model.write(to: "digits.hpo")
///     let predictor = try TrainedModel(contentsOf: "digits.hpo").predictor()
///     let metrics = try predictor.metrics(on: dataset)
public struct TrainedModel: Sendable, Hashable {
  /// What the outputs mean.
  public enum Target: Sendable, Hashable {
    /// One logit a class.
    case classes([String])
    /// One value of the training values' mean 0 and deviation 1.
    case value(mean: Double, deviation: Double)
  }

  /// The network.
  public let network: SavedNetwork
  /// The parameters and states of the network by name, each row-major.
  public let weights: [String: [Float]]
  /// The shape of a sample before the network takes it: [width] for a table, once encoded, [height, width, channels] for
  /// images.
  public let featureShape: [Int]
  /// The names of the features; empty for images.
  public let featureNames: [String]
  /// How categorical columns become features, before these are standardized; nil where there are no such columns.
  public let encoding: OneHotEncoding?
  /// How features are standardized; nil for not at all.
  public let standardization: Standardization?
  /// What the outputs mean.
  public let target: Target
  /// How outputs for classes become probabilities.
  public let probabilities: ClassProbabilities
  /// What the network achieved, by the part of the data: "validation", "test".
  public var metrics: [String: Metrics]
  /// Where the model comes from: the study, the trial, the hyperparameters.
  public var provenance: [String: String]
  /// How the network computes with integers; nil for one that computes with floating-point numbers.
  public let quantization: ModelQuantization?

  /// Puts a model together.
  ///
  /// - Throws: `TrainingError` of code `dataMismatch` where the weights are not those of the network, or the shapes do not
  ///   fit each other.
  public init(
    network: SavedNetwork, weights: [String: [Float]], featureShape: [Int], featureNames: [String] = [],
    encoding: OneHotEncoding? = nil, standardization: Standardization? = nil, target: Target,
    probabilities: ClassProbabilities = .softmax, metrics: [String: Metrics] = [:],
    provenance: [String: String] = [:], quantization: ModelQuantization? = nil
  ) throws(TrainingError) {
    func mismatch(_ reason: String) -> TrainingError { TrainingError(.dataMismatch, reason) }
    let graph = network.graph
    let stored = graph.parameters + graph.states
    for value in stored where weights[graph[value].name]?.count != graph.shape(of: value).count {
      throw mismatch(
        "the network's '\(graph[value].name)' has shape \(graph.shape(of: value)), but the weights hold "
          + "\(weights[graph[value].name].map { "\($0.count) numbers" } ?? "none") for it")
    }
    guard weights.count == stored.count else { throw mismatch("there are weights that the network does not have") }
    let width = featureShape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    guard width == graph.shape(of: network.input).count, featureShape.allSatisfy({ $0 >= 1 }),
      let groups = featureShape.last, featureNames.isEmpty || featureNames.count == width
    else { throw mismatch("samples of shape \(featureShape) do not fit the network") }
    if let standardization {
      guard standardization.means.count == groups, standardization.deviations.count == groups else {
        throw mismatch("the standardization does not fit samples of shape \(featureShape)")
      }
      if let fault = standardization.fault { throw mismatch(fault) }
    }
    if let encoding {
      if let fault = encoding.fault { throw mismatch(fault) }
      guard featureShape == [encoding.width], featureNames == encoding.featureNames else {
        throw mismatch("the encoding of the columns does not make the features of the model")
      }
    }
    guard network.outputWidth == target.width else {
      throw mismatch("the network has \(network.outputWidth) outputs where \(target.width) are meant")
    }
    if let fault = quantization?.fault { throw mismatch(fault) }
    self.network = network
    self.weights = weights
    self.quantization = quantization
    self.featureShape = featureShape
    self.featureNames = featureNames
    self.encoding = encoding
    self.standardization = standardization
    self.target = target
    self.probabilities = probabilities
    self.metrics = metrics
    self.provenance = provenance
  }

  /// The samples as the network takes them: with indicators in place of categorical columns, and standardized.
  ///
  /// - Parameter dataset: Features as they come, or as they are once encoded.
  /// - Throws: `TrainingError` of code `dataMismatch` where the samples are others than those of the model.
  package func prepared(_ dataset: Dataset) throws(TrainingError) -> Dataset {
    let samples = try encodedSamples(dataset)
    return standardization?.applied(to: samples) ?? samples
  }

  /// The samples with indicators in place of categorical columns, standardized not yet.
  ///
  /// - Parameter dataset: Features as they come, or as they are once encoded.
  /// - Throws: `TrainingError` of code `dataMismatch` where the samples are others than those of the model.
  package func encodedSamples(_ dataset: Dataset) throws(TrainingError) -> Dataset {
    var dataset = dataset
    if let encoding, dataset.featureNames != featureNames {
      dataset = try encoding.applied(to: dataset)
    } else if !dataset.categories.isEmpty {
      throw TrainingError(
        .dataMismatch, "\(dataset.name) has categorical columns, and the model was trained on numbers alone")
    }
    guard dataset.featureShape == featureShape else {
      throw TrainingError(
        .dataMismatch,
        "\(dataset.name) has samples of shape \(dataset.featureShape), and the model takes \(featureShape)")
    }
    if !featureNames.isEmpty, !dataset.featureNames.isEmpty, dataset.featureNames != featureNames {
      throw TrainingError(
        .dataMismatch,
        "\(dataset.name) has the columns \(dataset.featureNames.listed(atMost: 10)), and the model was trained on "
          + featureNames.listed(atMost: 10))
    }
    return dataset
  }

  /// The number of trained parameters.
  public var parameterCount: Int { network.graph.cost.parameters }

  /// The weights in a store, for plans of the network's graph.
  public func parameterStore() throws -> ParameterStore {
    let store = ParameterStore(network.graph, seed: nil)
    for (name, elements) in weights {
      guard let entry = store.layout[name] else { continue }
      store.values[entry.range].withContiguousMutableStorageIfAvailable { _ = $0.update(fromContentsOf: elements) }
    }
    return store
  }
}

extension TrainedModel.Target {
  /// The outputs of the network.
  var width: Int {
    switch self {
    case .classes(let names): names.count
    case .value: 1
    }
  }

  /// How predicted values are brought back to the unit of the data.
  var scale: TargetColumn.Scale {
    switch self {
    case .classes: .identity
    case .value(let mean, let deviation): TargetColumn.Scale(mean: mean, deviation: deviation)
    }
  }
}

extension Trainer {
  /// The parameters and states as they are now, by name.
  public var weights: [String: [Float]] {
    Dictionary(
      uniqueKeysWithValues: parameters.layout.entries.map { ($0.name, Array(parameters.values[$0.range])) })
  }

  /// The network with its parameters as they are now: after `train` those of the best epoch.
  ///
  /// - Parameters:
  ///   - metrics: What it achieved, by the part of the data.
  ///   - provenance: Where it comes from, in words.
  public func model(
    metrics: [String: Metrics] = [:], provenance: [String: String] = [:]
  ) throws -> TrainedModel {
    let training = data.training
    let network = try SavedNetwork(
      network, featureShape: training.featureShape, outputWidth: training.target.outputWidth)
    let names = Set((network.graph.parameters + network.graph.states).map { network.graph[$0].name })
    let target: TrainedModel.Target =
      switch training.target {
      case .classes(_, let names): .classes(names)
      case .values: .value(mean: scale.mean, deviation: scale.deviation)
      }
    return try TrainedModel(
      network: network, weights: weights.filter { names.contains($0.key) }, featureShape: training.featureShape,
      featureNames: training.featureNames, encoding: data.encoding, standardization: data.standardization,
      target: target,
      probabilities: ClassProbabilities(options.loss), metrics: metrics, provenance: provenance)
  }
}
