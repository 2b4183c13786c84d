/// What a column of numbers loses where they are rounded to 32-bit floating point, as networks compute.
///
/// Times in milliseconds since 1970 are rounded to a multiple of two minutes: a column that spans years keeps what matters, one
/// that spans an hour does not, and a few zeros among those of an hour change nothing about that.
struct SinglePrecision {
  /// The largest magnitude of a number of samples: differences of two such, and their squares' roots, are normal numbers.
  static let largestMagnitude = 1e37

  /// The least fraction of what a column spans, or the middle half of its numbers, that rounding must not reach: 0.05 %.
  private static let tolerance = 0x1p-11

  /// How many numbers are kept of a column to tell where its middle half lies.
  private static let keptNumbers = 256

  private var least = Double.infinity
  private var most = -Double.infinity
  private var error = 0.0
  /// Every `distance`-th number of the column: all, and from `keptNumbers` on every second, then every fourth and so on.
  private var kept: [Double] = []
  private var distance = 1
  private var count = 0

  /// Takes in a number as it stands in the file.
  mutating func append(_ value: Double) {
    least = min(least, value)
    most = max(most, value)
    error = max(error, Self.error(of: value))
    if count % distance == 0 {
      if kept.count == Self.keptNumbers {
        kept = stride(from: 0, to: kept.count, by: 2).map { kept[$0] }
        distance *= 2
      }
      // The number of the doubled distance is one of every second as well, since `keptNumbers` is even.
      kept.append(value)
    }
    count += 1
  }

  private static func error(of value: Double) -> Double { abs(value - Double(Float(value))) }

  /// What is lost, in words with a way out; nil where nothing is that matters.
  ///
  /// - Parameter column: What to call the column.
  func loss(of column: String) -> String? {
    guard most > least, error > 0 else { return nil }
    let change = "and 32-bit floating point, in which networks compute, changes"
    if error > Self.tolerance * (most - least) {
      return
        "\(column) lies between \(least) and \(most), \(change) its numbers by up to \(Float(error)); subtract an offset "
        + "from them"
    }
    let sorted = kept.sorted()
    let (low, high) = (sorted[sorted.count / 4], sorted[sorted.count * 3 / 4])
    let middle = kept.map(Self.error).sorted()[kept.count / 2]
    guard high > low, middle > Self.tolerance * (high - low) else { return nil }
    return
      "half of \(column) lies between \(low) and \(high), \(change) a number by \(Float(middle)) or so; subtract an "
      + "offset from what is not far from them, or leave out what is"
  }
}
