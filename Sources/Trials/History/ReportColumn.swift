/// What complete trials reported at one step: all numbers, or of many a sample.
///
/// Up to `capacity` numbers are kept; beyond, those of the trials with the least `SampleHash`, a uniform sample, in which
/// the share of trials below a bar lies within ±√(p(1 − p) / capacity) of its true value p in two cases of three: 0.8 % at
/// the median.
package struct ReportColumn: Sendable {
  package static let capacity = 4096

  /// The kept numbers in ascending order, infinities included.
  package private(set) var sorted = SortedChunks<Double>()
  /// How many trials reported NaN.
  package private(set) var nanCount = 0
  /// How many trials reported at the step.
  package private(set) var count = 0
  /// The kept numbers by the order in which they would give way to others.
  package private(set) var sample = SortedChunks<Sampled>()

  /// A number with the hash of its trial.
  package struct Sampled: Comparable, Sendable {
    package var hash: Double
    package var value: Double

    package static func < (left: Sampled, right: Sampled) -> Bool {
      (left.hash, left.value) < (right.hash, right.value)
    }
  }

  package init() {}

  mutating func insert(_ value: Double, number: Int) {
    count += 1
    if value.isNaN { nanCount += 1 } else { keep(Sampled(hash: SampleHash.uniform(number: number), value: value)) }
  }

  private mutating func keep(_ new: Sampled) {
    if sample.count == Self.capacity {
      guard let last = sample.last, new < last else { return }
      sample.remove(last)
      sorted.remove(last.value)
    }
    sample.insert(new)
    sorted.insert(new.value)
  }

  /// A column as it was kept before.
  init(count: Int, nanCount: Int, sample: [Sampled]) {
    (self.count, self.nanCount) = (count, nanCount)
    for element in sample.prefix(Self.capacity) { keep(element) }
  }
}
