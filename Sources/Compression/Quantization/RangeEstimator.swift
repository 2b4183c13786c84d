import Training

/// How the range of numbers that integers cover is found from those that were seen.
public enum RangeEstimator: Sendable, Hashable, CustomStringConvertible {
  /// All that was seen.
  case minMax
  /// All but the given percentage at either end, of 50...100.
  case percentile(Double)
  /// The part of what was seen that leaves the least squared error.
  case meanSquaredError

  /// The name, as options and reports write it.
  public var description: String {
    switch self {
    case .minMax: "min-max"
    case .percentile(let percentage): "percentile \(percentage)"
    case .meanSquaredError: "mse"
    }
  }
}

/// The distribution of a value's elements: the extremes, and counts in equal bins between them.
struct ValueHistogram {
  static let binCount = 2048

  private(set) var low = Float.infinity
  private(set) var high = -Float.infinity
  /// Whether all elements are numbers, and none infinite.
  private(set) var isFinite = true
  private var counts: [Int] = []

  /// Takes in elements for the extremes.
  mutating func extend(by elements: UnsafeBufferPointer<Float>) {
    for element in elements {
      low = min(low, element)
      high = max(high, element)
      if !element.isFinite { isFinite = false }
    }
  }

  /// Takes in elements for the counts, once all extremes are known.
  mutating func count(_ elements: UnsafeBufferPointer<Float>) {
    if counts.isEmpty { counts = Array(repeating: 0, count: Self.binCount) }
    let scale = high > low ? Float(Self.binCount) / (high - low) : 0
    for element in elements {
      counts[max(0, min(Self.binCount - 1, Int((element - low) * scale)))] += 1
    }
  }

  /// The range by an estimator.
  func range(by estimator: RangeEstimator) -> (low: Float, high: Float) {
    guard low <= high else { return (0, 0) }
    switch estimator {
    case .minMax: return (low, high)
    case .percentile(let percentage): return percentileRange(percentage)
    case .meanSquaredError: return leastErrorRange
    }
  }

  private var binWidth: Float { (high - low) / Float(Self.binCount) }

  private func percentileRange(_ percentage: Double) -> (low: Float, high: Float) {
    let total = counts.reduce(0, +)
    let tail = Double(total) * (1 - percentage / 100)
    var (first, last) = (0, Self.binCount - 1)
    var passed = 0.0
    while first < last, passed + Double(counts[first]) <= tail {
      passed += Double(counts[first])
      first += 1
    }
    passed = 0
    while last > first, passed + Double(counts[last]) <= tail {
      passed += Double(counts[last])
      last -= 1
    }
    return (low + Float(first) * binWidth, last == Self.binCount - 1 ? high : low + Float(last + 1) * binWidth)
  }

  /// Both ends shrink together; at eight bits the best is near the whole.
  private var leastErrorRange: (low: Float, high: Float) {
    var best = (error: Double.infinity, low: low, high: high)
    let centers = (0..<Self.binCount).map { low + (Float($0) + 0.5) * binWidth }
    for step in 0..<80 {
      let part = 1 - Float(step) / 100
      let quantization = AffineQuantization(covering: low * part, high * part)
      var error = 0.0
      for (center, count) in zip(centers, counts) where count > 0 {
        let difference = Double(quantization.dequantize(quantization.quantize(center)) - center)
        error += Double(count) * difference * difference
      }
      if error < best.error { best = (error, low * part, high * part) }
    }
    return (best.low, best.high)
  }
}
