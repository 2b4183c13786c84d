/// Lowers the learning rate when a metric has stopped to improve, as PyTorch's `ReduceLROnPlateau` does.
///
/// A value that should be low counts as better where it is below (1 - threshold) times the best one; one that should be
/// high where it is above (1 + threshold) times the best. Epochs that end within a warm-up are not counted.
public struct PlateauReduction: Hashable, Sendable {
  /// What the rate is multiplied by, in 0..<1.
  public var factor: Double
  /// The epochs without a better value that are let pass, at least 0.
  public var patience: Int
  /// How much better a value must be, as a fraction of the best one, at least 0.
  public var threshold: Double
  /// The epochs after a reduction in which none are counted, at least 0.
  public var cooldown: Int
  /// The rate below which it is not lowered, at least 0.
  public var minimum: Double

  /// Makes a reduction; the defaults are PyTorch's.
  public init(
    factor: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4, cooldown: Int = 0, minimum: Double = 0
  ) {
    self.factor = factor
    self.patience = patience
    self.threshold = threshold
    self.cooldown = cooldown
    self.minimum = minimum
  }

  /// What has been seen so far.
  public struct State: Hashable, Sendable, Codable {
    /// The best value, or nil before the first.
    public var best: Double?
    /// The epochs since.
    public var badEpochs = 0
    /// The epochs of the cooldown that are left.
    public var cooldownLeft = 0

    /// Nothing seen.
    public init() {}
  }

  /// Takes in the value after an epoch and returns the rate for the next one.
  public func rate(after value: Double, isLowBetter: Bool, rate: Double, state: inout State) -> Double {
    let isBetter =
      state.best.map { isLowBetter ? value < $0 * (1 - threshold) : value > $0 * (1 + threshold) } ?? true
    if isBetter {
      state.best = value
      state.badEpochs = 0
    } else {
      state.badEpochs += 1
    }
    if state.cooldownLeft > 0 {
      state.cooldownLeft -= 1
      state.badEpochs = 0
    }
    guard state.badEpochs > patience else { return rate }
    state.cooldownLeft = cooldown
    state.badEpochs = 0
    let lowered = max(rate * factor, minimum)
    return rate - lowered > 1e-8 ? lowered : rate
  }
}
