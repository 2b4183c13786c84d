extension Trainer {
  /// Trains for a trial: reports the metric, which is the study's first objective, after each epoch, keeps checkpoints, and
  /// goes on from the one of an interrupted trial, so that the result is the same to the bit as without the interruption.
  ///
  /// A trial begins again whose checkpoint is of another training, since the network, the data or the options have been
  /// changed, and so does one whose checkpoint would be larger than `Trial.largestCheckpoint`.
  ///
  /// - Throws: `TrialPruned` and `TrialInterrupted`, to be passed on; `TrainingError` of code `diverged`; `StorageError`.
  public func train(for trial: Trial) throws -> TrainingResult {
    if let bytes = try trial.resume() {
      do {
        try restore(TrainingCheckpoint(decoding: bytes))
      } catch is TrainingError {
        try trial.startOver()
      }
    }
    func encoded() throws -> [UInt8] { try checkpoint().encoded() }
    let isKept = checkpointSize <= Trial.largestCheckpoint
    func keep() throws { if isKept { try trial.keepCheckpoint(encoded) } else { try trial.checkInterruption() } }
    return try train(
      afterEpoch: { report in
        try trial.report(report.value, at: report.epoch, checkpoint: isKept ? encoded : nil)
      }, afterStep: keep)
  }
}
