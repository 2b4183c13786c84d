import SearchSpace
import TestSupport
import Testing

@testable import Samplers

@Suite("Observations of a number")
struct ObservationsTests {
  @Test("Observations that are merged lie where they do when all are appended in order", arguments: 0..<50)
  func merging(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let range = try #require(NumericRange(.int(try IntDistribution(low: 1, high: 12))))
    let count = random.below(40) + 1
    // Many are equal; which are merged has nothing to do with their place or number.
    let all = (0..<count).map { (place: Double(1 + random.below(12)), kernel: Int32($0)) }.sorted { $0 < $1 }
    let isMerged = all.map { _ in seed % 5 == 0 || random.below(3) == 0 }
    let arena = KernelArena()
    var (expected, found) = (Observations(capacity: count, in: arena), Observations(capacity: count, in: arena))
    for one in all { expected.append(one.place, kernel: one.kernel) }
    for (one, isMerged) in zip(all, isMerged) where !isMerged { found.append(one.place, kernel: one.kernel) }
    found.merge(zip(all, isMerged).filter(\.1).map(\.0))
    #expect(found.count == count)
    let (kernels, others) = (expected.kernels(in: range), found.kernels(in: range))
    #expect(Array(others.centres) == Array(kernels.centres))
    #expect(Array(others.widths) == Array(kernels.widths))
    #expect(Array(others.entries) == Array(kernels.entries))
  }
}
