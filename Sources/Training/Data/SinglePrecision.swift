/// What a column of numbers loses where they are rounded to 32-bit floating point, as networks compute.
///
/// Times in milliseconds since 1970 are rounded to a multiple of two minutes: a column that spans years keeps what matters, one
/// that spans an hour does not.
struct SinglePrecision {
  /// The largest magnitude of a number of samples: differences of two such, and their squares' roots, are normal numbers.
  static let largestMagnitude = 1e37

  /// The least fraction of what a column spans that rounding must not reach: 0.05 %.
  private static let tolerance = 0x1p-11

  private var least = Double.infinity
  private var most = -Double.infinity
  private var error = 0.0

  /// Takes in a number as it stands in the file.
  mutating func append(_ value: Double) {
    least = min(least, value)
    most = max(most, value)
    error = max(error, abs(value - Double(Float(value))))
  }

  /// What is lost, in words with a way out; nil where nothing is that matters.
  ///
  /// - Parameter column: What to call the column.
  func loss(of column: String) -> String? {
    guard most > least, error > Self.tolerance * (most - least) else { return nil }
    return
      "\(column) lies between \(least) and \(most), and 32-bit floating point, in which networks compute, changes its numbers "
      + "by up to \(Float(error)); subtract an offset from them"
  }
}
