import Testing

import TestSupport
@testable import Samplers

@Suite("Several objectives")
struct MultiObjectiveTests {
  private func points(_ count: Int, dimensions: Int, seed: UInt64, levels: Int = 1000) -> [[Double]] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in (0..<dimensions).map { _ in Double(random.below(levels)) / Double(levels) } }
  }

  private func dominates(_ left: [Double], _ right: [Double]) -> Bool {
    left != right && zip(left, right).allSatisfy { $0 <= $1 }
  }

  @Test("Ranks agree with their definition", arguments: [(2, 30), (2, 5), (3, 30), (3, 4), (4, 6)])
  func ranks(dimensions: Int, levels: Int) {
    for seed in 0..<20 {
      let points = points(60, dimensions: dimensions, seed: UInt64(seed), levels: levels)
      var expected = [Int](repeating: -1, count: points.count)
      var rank = 0
      while expected.contains(-1) {
        let open = expected.indices.filter { expected[$0] == -1 }
        let front = open.filter { index in !open.contains { dominates(points[$0], points[index]) } }
        for index in front { expected[index] = rank }
        rank += 1
      }
      #expect(NonDomination.ranks(of: points, upTo: points.count) == expected)
    }
  }

  @Test("The volume is the share of a lattice's cells that are dominated", arguments: [2, 3, 4])
  func volume(dimensions: Int) {
    let levels = [2: 40, 3: 14, 4: 7][dimensions] ?? 0
    for seed in 0..<6 {
      let points = points(12, dimensions: dimensions, seed: UInt64(seed), levels: levels)
      var cells = [[Double]](repeating: [], count: 1)
      for _ in 0..<dimensions {
        cells = cells.flatMap { cell in (0..<levels).map { cell + [Double($0) / Double(levels)] } }
      }
      let dominated = cells.count { cell in
        points.contains { zip($0, cell).allSatisfy { $0 <= $1 + 1e-12 } }
      }
      let reference = [Double](repeating: 1, count: dimensions)
      let volume = Hypervolume.compute(points, reference: reference)
      #expect(abs(volume - Double(dominated) / Double(cells.count)) < 1e-12)
    }
  }

  @Test("A subset is chosen by what each point adds", arguments: [2, 3, 4])
  func subset(dimensions: Int) {
    for seed in 0..<10 {
      let all = points(40, dimensions: dimensions, seed: UInt64(seed))
      let flags = NonDomination.ranks(of: all, upTo: 1)
      let front = zip(all, flags).filter { $0.1 == 0 }.map(\.0)
      guard front.count > 2 else { continue }
      let reference = HypervolumeSubset.referencePoint(of: front)
      var chosen: [Int] = []
      for _ in 0..<(front.count / 2) {
        let volumes = front.indices.map { index in
          Hypervolume.compute((chosen + [index]).map { front[$0] }, reference: reference)
        }
        let best = front.indices.filter { !chosen.contains($0) }.max { volumes[$0] < volumes[$1] }
        if let best { chosen.append(best) }
      }
      let selected = HypervolumeSubset.select(front.count / 2, of: front)
      func volume(_ indices: [Int]) -> Double {
        Hypervolume.compute(indices.map { front[$0] }, reference: reference)
      }
      #expect(abs(volume(selected) - volume(chosen)) < 1e-9)
      #expect(Set(selected).count == front.count / 2)
    }
  }

  @Test("Repetitions fill a subset only when distinct points are used up, and none is chosen twice")
  func repetitions() {
    let points: [[Double]] = [[1, 2], [2, 1], [1, 2], [2, 1], [1, 2]]
    for count in 0...5 {
      let selected = HypervolumeSubset.select(count, of: points)
      #expect(selected.count == count)
      #expect(Set(selected).count == count)
      if count >= 2 { #expect(Set(selected.map { points[$0] }).count == 2) }
    }
    #expect(HypervolumeSubset.select(1, of: [[.infinity, 0], [0, .infinity]]).count == 1)
    #expect(HypervolumeSubset.select(2, of: [[-.infinity, 3], [0, 1], [1, 0]]).first == 0)
  }
}
