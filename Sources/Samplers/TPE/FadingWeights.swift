/// The weights of so many observations, counted from the oldest: those of the last 25 are 1, older ones lose theirs linearly.
struct FadingWeights {
  /// How many observations do not have the weight 1 for their youth.
  private let oldCount: Int
  private let first: Double
  private let step: Double

  init(count: Int) {
    oldCount = count - 25
    first = 1 / Double(max(count, 1))
    step = oldCount > 1 ? (1 - first) / Double(oldCount - 1) : 0
  }

  subscript(index: Int) -> Double {
    index < oldCount && (index == 0 || index < oldCount - 1) ? first + Double(index) * step : 1
  }
}
