/// What one epoch of training achieved.
public struct EpochReport: Sendable, Hashable, Codable {
  /// The epoch's number, from 1.
  public let epoch: Int
  /// The mean of the steps' losses: cross-entropy in nats, or the squared error of values of deviation 1.
  public let trainingLoss: Double
  /// The loss of the epoch's first step, which is that of the weights that the epoch began with; nil where all samples are
  /// looked at together.
  public let firstLoss: Double?
  /// What the network achieves on the validation samples after the epoch.
  public let validation: Metrics
  /// The validation value of the metric that is reported, or its average over the epochs where metrics are averaged.
  public let value: Double
  /// Whether no earlier epoch was as good.
  public let isBest: Bool
}

extension EpochReport {
  /// The same epoch under another number, as one of a longer training.
  package func numbered(_ epoch: Int) -> EpochReport {
    EpochReport(
      epoch: epoch, trainingLoss: trainingLoss, firstLoss: firstLoss, validation: validation, value: value,
      isBest: isBest)
  }
}

/// A finished training.
public struct TrainingResult: Sendable, Hashable {
  /// All epochs, in order.
  public let history: [EpochReport]
  /// The epoch whose parameters were kept.
  public let best: EpochReport
}
