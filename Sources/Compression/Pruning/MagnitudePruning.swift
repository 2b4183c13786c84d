import Execution
import Graphs
public import Training

/// Sets the smallest weights to zero while training goes on (Zhu and Gupta 2017, arXiv:1710.01878).
///
/// The share of zeros grows from step t₀ to step t₁ by the cubic s(t) = s_f + (s_i - s_f) (1 - (t - t₀) / (t₁ - t₀))³; behind
/// it the zeros are fixed and the rest is trained on. Biases and normalization are never pruned. Zeros stay zeros in a
/// quantized model, whose weights are symmetric.
///
///     let pruning = MagnitudePruning(sparsity: 0.9)
///     let sparse = try pruning.prune(model, data: data, options: TrainingOptions(epochs: 20))
public struct MagnitudePruning: Sendable, Hashable {
  /// Among which weights the smallest are looked for.
  public enum Pattern: String, Sendable, Hashable, CaseIterable {
    /// Among all of the network.
    case global
    /// Among those of each layer.
    case perLayer = "per-layer"
    /// Two of each four weights along the inputs of a layer stay, which some processors make use of.
    case twoOfFour = "2:4"
  }

  /// Among which weights the smallest are looked for.
  public var pattern: Pattern
  /// The share of zeros at the end, 0 or more and below 1; 2:4 leaves it out of account.
  public var sparsity: Double
  /// The share of zeros to begin with, at most `sparsity`.
  public var initialSparsity: Double
  /// When pruning begins and ends, as shares of the training's steps. 2:4 prunes once, as it begins.
  public var period: ClosedRange<Double>
  /// The steps from one growth of the share to the next, at least 1.
  public var interval: Int
  /// Layers whose weights all stay, by name.
  public var denseLayers: Set<String>

  /// Describes a pruning.
  public init(
    _ pattern: Pattern = .global, sparsity: Double = 0.9, initialSparsity: Double = 0,
    period: ClosedRange<Double> = 0...0.5, interval: Int = 50, denseLayers: Set<String> = []
  ) {
    self.pattern = pattern
    self.sparsity = sparsity
    self.initialSparsity = initialSparsity
    self.period = period
    self.interval = interval
    self.denseLayers = denseLayers
  }

  /// The share of zeros after a step.
  ///
  /// - Parameters:
  ///   - step: The number of the step, from 1.
  ///   - stepCount: The steps of the whole training.
  public func sparsity(at step: Int, of stepCount: Int) -> Double {
    let (first, last) = bounds(of: stepCount)
    guard step >= first else { return 0 }
    guard step < last else { return sparsity }
    let rest = 1 - Double(step - first) / Double(last - first)
    return sparsity + (initialSparsity - sparsity) * rest * rest * rest
  }

  /// The first and the last step that prune.
  func bounds(of stepCount: Int) -> (first: Int, last: Int) {
    let first = max(1, Int((period.lowerBound * Double(stepCount)).rounded()))
    return (first, max(first, Int((period.upperBound * Double(stepCount)).rounded())))
  }

  /// Trains a model further until it is sparse and good.
  ///
  /// - Parameters:
  ///   - model: What training begins with; it computes with floating-point numbers.
  ///   - data: The data that it was trained on, split and standardized as they were.
  ///   - options: How it is trained. Of its epochs those behind the last pruning are candidates for the best.
  ///   - afterEpoch: Called after each epoch; what it throws ends the training and is thrown on.
  /// - Throws: `CompressionError` of code `invalidOption` for a number out of range or an unknown layer; `TrainingError`.
  public func prune(
    _ model: TrainedModel, data: DatasetSplits, options: TrainingOptions,
    afterEpoch: (EpochReport) throws -> Void = { _ in }
  ) throws -> TrainedModel {
    let trainer = try trainer(of: model, data: data, options: options)
    let result = try trainer.train(afterEpoch: afterEpoch)
    return try trainer.model(metrics: ["validation": result.best.validation], provenance: model.provenance)
  }

  /// What trains a model further and prunes it.
  ///
  /// - Parameters:
  ///   - model: What training begins with; it computes with floating-point numbers.
  ///   - data: The data that it was trained on, split and standardized as they were.
  ///   - options: How it is trained. Of its epochs those behind the last pruning are candidates for the best, and weights are
  ///     not averaged.
  /// - Throws: `CompressionError` of code `invalidOption` for a number out of range or an unknown layer; `TrainingError`.
  public func trainer(
    of model: TrainedModel, data: DatasetSplits, options: TrainingOptions
  ) throws -> Trainer {
    let hook = try PruningHook(self, of: model)
    var options = options
    let share = pattern == .twoOfFour ? period.lowerBound : period.upperBound
    let first = Int((share * Double(options.epochs)).rounded(.up)) + 1
    options.firstSelectableEpoch = max(options.firstSelectableEpoch, min(options.epochs, first))
    options.weightAveraging = 0
    return try Trainer(refining: model, data: data, options: options, hook: hook)
  }

  /// The model with the smallest weights set to zero at once, and nothing trained.
  ///
  /// - Throws: `CompressionError` as `prune(_:data:options:afterEpoch:)`.
  public func pruneOnce(_ model: TrainedModel) throws -> TrainedModel {
    var mask = try WeightMask(self, of: model)
    let store = try model.parameterStore()
    mask.tighten(store, to: sparsity)
    var weights = model.weights
    for name in mask.layers.map(\.name) { weights[name] = store.values(of: name) }
    return try model.replacing(network: model.network, weights: weights)
  }

  func validate() throws(CompressionError) {
    func fail(_ reason: String) -> CompressionError { CompressionError(.invalidOption, reason) }
    guard sparsity >= 0, sparsity < 1 else {
      throw fail("a sparsity of \(sparsity) is none; it is a share of 0 or more and below 1")
    }
    guard initialSparsity >= 0, initialSparsity <= sparsity else {
      throw fail("an initial sparsity of \(initialSparsity) is none; it is from 0 to the final \(sparsity)")
    }
    guard period.lowerBound >= 0, period.upperBound <= 1, interval >= 1 else {
      throw fail(
        "pruning from \(period.lowerBound) to \(period.upperBound) of the training every \(interval) steps is not possible; "
          + "the shares are from 0 to 1, and the interval is at least 1")
    }
  }
}
