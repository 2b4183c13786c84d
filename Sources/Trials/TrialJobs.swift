/// How many trials a process runs at once.
package enum TrialJobs {
  /// Each has a thread for itself, of which Dispatch gives a process 255, and some are needed beside: what waits for the disk,
  /// the time and for signals.
  package static let range = 1...200
}
