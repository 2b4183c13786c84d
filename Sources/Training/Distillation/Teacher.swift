/// A trained network whose outputs another one learns beside the targets (Hinton et al. 2015, arXiv:1503.02531).
///
/// With the share a and the temperature T, what is minimized is (1 - a) times the usual loss plus a times T² times the
/// divergence of softmax(logits / T) from softmax(teacher's logits / T); of values, a times the squared difference from the
/// teacher's.
public struct Teacher: Sendable, Hashable {
  /// The trained network, which computes with floating-point numbers.
  public var model: TrainedModel
  /// How far the teacher's probabilities are levelled, above 0; 1 leaves them as they are. Values have none.
  public var temperature: Double
  /// The share of the teacher in the loss, above 0 and at most 1; with 1 the targets do not count.
  public var share: Double

  /// Makes a teacher.
  public init(_ model: TrainedModel, temperature: Double = 4, share: Double = 0.5) {
    self.model = model
    self.temperature = temperature
    self.share = share
  }

  /// Checks the numbers, and that the model takes and makes what the data hold.
  ///
  /// - Throws: `TrainingError` of code `invalidOption` or `dataMismatch`.
  func validate(for data: DatasetSplits) throws(TrainingError) {
    guard temperature > 0, temperature.isFinite else {
      throw TrainingError(.invalidOption, "the teacher's temperature is \(temperature); it must be above 0")
    }
    guard share > 0, share <= 1 else {
      throw TrainingError(.invalidOption, "the teacher's share is \(share); it must be above 0 and at most 1")
    }
    guard model.quantization == nil else {
      throw TrainingError(
        .invalidOption, "the teacher is quantized; take the model with floating-point numbers that it was made of")
    }
    try model.requireFit(to: data, as: "the teacher")
  }

  /// Tells the teacher from others in the fingerprint of a training.
  var identity: String {
    let weights = model.weights.sorted { $0.key < $1.key }.flatMap(\.value)
    return "teacher \(temperature) \(share) \(TrainingCheckpoint.checksum(of: weights)) \(model.network)"
  }
}
