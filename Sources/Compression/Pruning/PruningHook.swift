public import Execution
public import Training

/// Prunes weights in the course of a training; see `MagnitudePruning`.
public final class PruningHook: UpdateHook {
  private let pruning: MagnitudePruning
  private var mask: WeightMask

  /// Prepares to prune a training that begins with a model.
  ///
  /// - Throws: `CompressionError` of code `invalidOption` or `wrongKind`.
  public init(_ pruning: MagnitudePruning, of model: TrainedModel) throws {
    self.pruning = pruning
    mask = try WeightMask(pruning, of: model)
  }

  public var identity: String {
    let dense = pruning.denseLayers.sorted().joined(separator: ",")
    return "magnitude pruning \(pruning.pattern.rawValue) \(pruning.initialSparsity) to \(pruning.sparsity) in "
      + "\(pruning.period) every \(pruning.interval)\(dense.isEmpty ? "" : " but \(dense)")"
  }

  /// The share of weights that are zero by now, of those that may be pruned.
  public var sparsity: Double { mask.sparsity }

  public func weightsChanged(_ parameters: ParameterStore, step: Int, of stepCount: Int) {
    let (first, last) = pruning.bounds(of: stepCount)
    let isDue =
      pruning.pattern == .twoOfFour
      ? step == first : step == last || (step >= first && step < last && (step - first) % pruning.interval == 0)
    if isDue {
      mask.tighten(parameters, to: pruning.sparsity(at: step, of: stepCount))
    } else {
      mask.apply(to: parameters)
    }
  }

  public func snapshot() -> [Float] { mask.record }

  public func restore(_ state: [Float]) throws { try mask.restore(state) }
}
