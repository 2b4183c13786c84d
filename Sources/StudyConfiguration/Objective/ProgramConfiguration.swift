package import OrderedCollections

/// A program that is run for each trial, or a worker that evaluates one trial after the other.
package struct ProgramConfiguration: Hashable, Sendable {
  /// The program and its arguments.
  package var command: [String]
  /// Whether the program is a long-lived worker.
  package var isWorker = false
  /// What the objectives are called; empty for the usual names.
  package var metrics: [String] = []
  /// Variables that are added to the environment.
  package var environment: OrderedDictionary<String, String> = [:]
  /// The time that a trial may take; nil for any.
  package var trialTimeout: Duration?
  /// The memory in bytes that a trial may use; nil for any.
  package var trialMemory: Int?
  /// From SIGTERM to SIGKILL; nil for the usual 5 s.
  package var grace: Duration?
  /// Where the program runs; nil for the current folder.
  package var folder: String?

  /// Describes a command.
  package init(command: [String]) { self.command = command }
}
