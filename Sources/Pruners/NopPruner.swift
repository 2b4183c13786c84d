public import Trials

/// Lets every trial run to its end.
public struct NopPruner: Pruner {
  public static let name = "none"

  /// Makes the pruner.
  public init() {}

  public func shouldPrune(reports: [FrozenTrial.IntermediateValue], history: TrialHistory) -> Bool { false }
}
