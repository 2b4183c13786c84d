/// What complete trials reported at one step.
package struct ReportColumn: Sendable {
  /// The reported numbers in ascending order, infinities included.
  package private(set) var sorted = SortedChunks<Double>()
  /// How many trials reported NaN.
  package private(set) var nanCount = 0

  /// How many trials reported at the step.
  package var count: Int { sorted.count + nanCount }

  mutating func insert(_ value: Double) {
    if value.isNaN { nanCount += 1 } else { sorted.insert(value) }
  }
}
