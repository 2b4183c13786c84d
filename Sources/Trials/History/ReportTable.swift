/// What complete trials reported, step by step: all of them, or of many a sample.
///
/// Up to `capacity` complete trials are kept with their reports; of more, those of the least `SampleHash`, a uniform
/// sample that follows from the set of trials alone. Of the n of them that reported at a step, the share below a bar lies
/// within ±√(p(1 − p) / n) of its true value p in two cases of three: 0.8 % at the median where all reported.
package struct ReportTable: Sendable {
  package static let capacity = 4096

  /// What the kept trials reported at each step.
  private(set) var columns: [Int: ReportColumn] = [:]
  /// The kept trials by the order in which they would give way to others.
  private(set) var members = SortedChunks<Member>()
  /// The reports of those that have some.
  private(set) var reports: [Int: [FrozenTrial.IntermediateValue]] = [:]

  /// A complete trial by its hash.
  struct Member: Comparable, Sendable {
    private let hash: Double
    let number: Int

    init(number: Int) { (hash, self.number) = (SampleHash.uniform(number: number), number) }

    static func < (left: Member, right: Member) -> Bool { (left.hash, left.number) < (right.hash, right.number) }
    static func == (left: Member, right: Member) -> Bool { left.number == right.number }
  }

  /// The numbers of the complete trials of which the reports are kept, if those are all there are.
  static func sample(of complete: NumberSet) -> [Int] {
    var least = Least<Member>(count: capacity)
    for range in complete.ranges { for number in range { least.insert(Member(number: number)) } }
    return least.elements().map(\.number)
  }

  /// Takes in a complete trial, which must not be among the kept ones.
  mutating func insert(_ reports: [FrozenTrial.IntermediateValue], number: Int) {
    let member = Member(number: number)
    if members.count >= Self.capacity {
      guard let last = members.last, member < last else { return }
      remove(last)
    }
    members.insert(member)
    guard !reports.isEmpty else { return }
    self.reports[number] = reports
    for report in reports { columns[report.step, default: ReportColumn()].insert(report.value) }
  }

  private mutating func remove(_ member: Member) {
    members.remove(member)
    for report in reports.removeValue(forKey: member.number) ?? [] {
      columns[report.step]?.remove(report.value)
      if columns[report.step]?.count == 0 { columns[report.step] = nil }
    }
  }
}

/// What the kept trials reported at one step.
package struct ReportColumn: Sendable {
  /// The numbers in ascending order, infinities included.
  package private(set) var sorted = SortedChunks<Double>()
  /// How many trials reported NaN.
  package private(set) var nanCount = 0

  /// How many trials reported at the step.
  package var count: Int { sorted.count + nanCount }

  mutating func insert(_ value: Double) {
    if value.isNaN { nanCount += 1 } else { sorted.insert(value) }
  }

  mutating func remove(_ value: Double) {
    if value.isNaN { nanCount -= 1 } else { sorted.remove(value) }
  }
}
