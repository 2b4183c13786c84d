import OrderedCollections
import SearchSpace
import Synchronization
import TrialStorage
import Trials

extension Trial {
  /// Calls `body`, from any thread, once the run is to end without waiting for its trials; at once where it is already.
  ///
  /// An objective that waits for something else than its own work learns so of an end before its next report, and throws
  /// `TrialInterrupted`.
  ///
  /// - Returns: What to end the observation by; nil where nobody can end the run.
  package func observeInterruption(_ body: @escaping @Sendable () -> Void) -> Int? {
    stop?.observe { mode in
      if mode == .atNextReport { body() }
    }
  }

  /// Ends an observation.
  package func endObservation(_ token: Int?) {
    if let token { stop?.endObservation(token) }
  }

  /// Which of the folders of its number the trial has, counted from 1; nil as long as no program has been given one.
  package var folderPlace: Int? { record.folderPlace }

  /// Puts on record which of the folders of its number the trial has, before its program writes to it.
  ///
  /// - Throws: `StorageError`; `trialLost` where another process has the trial by now.
  package func recordFolder(place: Int) throws {
    try setSystemAttribute(FrozenTrial.folderKey, to: .int(place))
  }

  /// Keeps what the objective printed, in place of what was kept before; it goes when the trial is run again.
  ///
  /// - Throws: `StorageError`.
  public func setLog(_ text: String) throws { try study.storage.setLog(text, of: lease) }
}
