/// The weights of so many observations, counted from the oldest: those of the last 25 are 1, older ones lose theirs linearly.
struct FadingWeights: RandomAccessCollection {
  let count: Int
  /// How many observations do not have the weight 1 for their youth.
  private let oldCount: Int
  private let first: Double
  private let step: Double

  init(count: Int) {
    self.count = count
    oldCount = count - 25
    first = 1 / Double(Swift.max(count, 1))
    step = oldCount > 1 ? (1 - first) / Double(oldCount - 1) : 0
  }

  var startIndex: Int { 0 }
  var endIndex: Int { count }

  subscript(index: Int) -> Double {
    index < oldCount && (index == 0 || index < oldCount - 1) ? first + Double(index) * step : 1
  }
}
