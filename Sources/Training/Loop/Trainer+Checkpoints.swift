import Execution

extension Trainer {
  /// Everything that a trainer of the same network, data and options needs to go on bit for bit; to be taken in
  /// `afterStep` or `afterEpoch`.
  public func checkpoint() -> TrainingCheckpoint {
    TrainingCheckpoint(
      fingerprint: fingerprint, progress: progress, parameters: parameters.snapshot(), optimizer: optimizer.snapshot(),
      average: average?.snapshot(), minimization: fullBatch?.minimization, hook: hook?.snapshot(), precision: precision)
  }

  /// The bytes that an encoded checkpoint has at most: weights, best weights, three moments of them, their average, what the
  /// hook and the minimization of all samples remember, and an allowance for the history.
  public var checkpointSize: Int {
    let vectors = options.minimizer?.keptVectorCount ?? 0
    return 4 * (6 * parameters.values.count + (hook?.snapshot().count ?? 0)) + 1024 * (options.epochs + 1)
      + ExactDoubles.byteCount * vectors * parameters.layout.trainedCount
  }

  /// Whether a checkpoint is one of the same network, data and options.
  public func isOrigin(of checkpoint: TrainingCheckpoint) -> Bool { checkpoint.fingerprint == fingerprint }

  /// Goes back, or on, to where a checkpoint was taken; `train` then does what is left.
  ///
  /// - Throws: `TrainingError` of code `dataMismatch` where the checkpoint is of another network, other data or other options.
  public func restore(_ checkpoint: TrainingCheckpoint) throws {
    let restored = checkpoint.progress
    guard checkpoint.fingerprint == fingerprint, restored.step < batches.batchCount,
      (checkpoint.average == nil) == (average == nil), (checkpoint.minimization == nil) == (fullBatch == nil),
      (checkpoint.hook == nil) == (hook == nil),
      checkpoint.minimization.map({ fullBatch?.restore($0) == true }) ?? true,
      restored.bestParameters.isEmpty == (restored.best == nil)
    else {
      throw TrainingError(
        .dataMismatch,
        "the checkpoint, taken after \(restored.history.count) epochs and \(restored.step) steps, is of another training: "
          + "the network, the data or the options have changed since")
    }
    if precision != checkpoint.precision { try compileSteps(in: checkpoint.precision) }
    if let state = checkpoint.hook { try hook?.restore(state) }
    if !restored.bestParameters.isEmpty { try parameters.restore(restored.bestParameters) }
    try parameters.restore(checkpoint.parameters)
    try optimizer.restore(checkpoint.optimizer)
    if let snapshot = checkpoint.average { try average?.restore(snapshot) }
    progress = restored
    judge = EpochJudge(selection: selection, decay: options.metricAveraging)
    for report in restored.history {
      _ = judge.judge(report.validation, mayBeBest: report.epoch >= options.firstSelectableEpoch)
    }
  }

  /// Compiles the steps anew where `auto` chose another precision here than where a checkpoint was taken.
  private func compileSteps(in precision: Precision) throws {
    guard let compile = steps?.compile else { return }
    do { steps = (try compile(precision), compile) } catch let error as ExecutionError {
      throw TrainingError(
        .dataMismatch,
        "the checkpoint was taken in \(precision.rawValue), in which training cannot go on here: \(error)")
    }
  }
}
