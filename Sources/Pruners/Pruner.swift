public import Trials

/// Decides from intermediate values whether a running trial goes on.
public protocol Pruner: Sendable {
  /// The name by which commands and study files call the pruner.
  static var name: String { get }

  /// Whether the trial is to end now, after its last report.
  ///
  /// - Parameters:
  ///   - reports: The trial's own reports by ascending step.
  ///   - history: The other trials of the study; of several objectives the first is judged.
  func shouldPrune(reports: [FrozenTrial.IntermediateValue], history: TrialHistory) -> Bool
}
