import TrialStorage

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

  /// Keeps what the objective printed, in place of what was kept before; it goes when the trial is run again.
  ///
  /// - Throws: `StorageError`.
  public func setLog(_ text: String) throws { try study.storage.setLog(text, of: lease) }
}
