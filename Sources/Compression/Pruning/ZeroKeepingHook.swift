public import Execution
public import Training

/// Keeps the weights at zero that are zero in a pruned model, while it is trained on.
///
///     let trainer = try Trainer(refining: sparse, data: data, options: options, hook: ZeroKeepingHook(sparse))
public final class ZeroKeepingHook: UpdateHook {
  private let mask: WeightMask

  /// Notes where a model is zero; nil where no weight of a layer is.
  public init?(_ model: TrainedModel) {
    mask = WeightMask(zerosOf: model)
    if mask.sparsity == 0 { return nil }
  }

  public var identity: String { "zeros in \(mask.sparsity) of the weights" }

  public func weightsChanged(_ parameters: ParameterStore, step: Int, of stepCount: Int) {
    mask.apply(to: parameters)
  }
}
