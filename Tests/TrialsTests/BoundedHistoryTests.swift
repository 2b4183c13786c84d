import OrderedCollections
import SearchSpace
import TestSupport
import Testing

@testable import Trials

@Suite("History of many trials")
struct BoundedHistoryTests {
  private let line: Distribution
  private let choice: Distribution

  init() throws {
    line = .float(try FloatDistribution(low: 0, high: 1))
    choice = .categorical(try CategoricalDistribution(["a", "b"]))
  }

  /// Complete, pruned, failed and infeasible trials with reports.
  private func trials(_ count: Int, seed: UInt64 = 1) -> [FrozenTrial] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { number in
      var trial = FrozenTrial(id: Int64(number + 1), number: number, state: .complete)
      trial.parameters = ["x": .init(distribution: line, value: random.uniform())]
      if number % 3 == 0 { trial.parameters["c"] = .init(distribution: choice, value: Double(random.below(2))) }
      trial.intermediateValues = (0..<2).map { .init(step: $0, value: random.uniform()) }
      if number % 7 == 0 { trial.state = .pruned } else if number % 11 == 0 { trial.state = .failed }
      if number % 13 == 0 { trial.systemAttributes["constraints:size"] = .double(random.uniform() - 0.5) }
      if trial.state == .complete { trial.values = [random.uniform()] }
      return trial
    }
  }

  private func history(_ trials: [FrozenTrial]) -> TrialHistory {
    var history = TrialHistory(directions: [.minimize])
    for trial in trials { history.update(trial) }
    return history
  }

  @Test("Up to the bound every trial has a row, beyond it as many as the bound has, the best ones among them")
  func bound() throws {
    let few = history(trials(4600).filter { $0.state != .failed }.prefix(HistoryRows.usualCapacity).map { $0 })
    #expect(few.rows.isExhaustive && few.rows.byNumber.count == HistoryRows.usualCapacity)
    let all = trials(9000)
    let many = history(all)
    #expect(!many.rows.isExhaustive && many.rows.byNumber.count == HistoryRows.usualCapacity)
    #expect(many.rows.count == all.count { $0.state == .complete || $0.state == .pruned })
    #expect(many.count(of: .pruned) == all.count { $0.state == .pruned })
    #expect(many.count(of: .failed) == all.count { $0.state == .failed })
    let best = all.filter { $0.state == .complete && $0.isFeasible }.sorted { $0.values[0] < $1.values[0] }
    let kept = many.rows.feasible.prefix(many.rows.leaderCount).map { many.rows.numbers[Int($0.row)] }
    #expect(kept == best.prefix(many.rows.leaderCount).map(\.number))
    #expect(kept.allSatisfy { number in many.rows.numbers.contains(number) })
  }

  @Test("What is kept follows from the set of trials, whatever the order in which they come", arguments: 0..<4)
  func order(seed: UInt64) throws {
    let all = trials(7000, seed: 5)
    let straight = history(all)
    var random = SplitMix64(seed: seed)
    var mixed = all
    for index in mixed.indices.reversed() { mixed.swapAt(index, random.below(index + 1)) }
    #expect(try #require(history(mixed).encoded) == #require(straight.encoded))
  }

  @Test("A history goes on from its bytes as if it had not been written")
  func coding() throws {
    for count in [0, 5, 2500, 6000] {
      let all = trials(count + 3000)
      var straight = history(Array(all[..<count]))
      var running = FrozenTrial(id: 99_999, number: 99_999, state: .running)
      running.systemAttributes = [GridVisits.spaceKey: .object(["x": .array([.int(1)])]), GridVisits.pointKey: .int(0)]
      straight.update(running)
      let bytes = try #require(straight.encoded)
      var restored = try #require(TrialHistory(encoded: bytes, directions: [.minimize]))
      straight.remove(number: 99_999)
      for trial in all[count...] {
        straight.update(trial)
        restored.update(trial)
      }
      #expect(restored.encoded == straight.encoded)
      #expect(restored.finishedCount == count + 3000)
    }
    #expect(TrialHistory(directions: [.minimize, .minimize]).encoded == nil)
  }

  @Test("Which trials have some parameters is kept with a history, where somebody has asked")
  func indexCoding() throws {
    var random = SplitMix64(seed: 5)
    let all = trials(5000).map { trial in
      var trial = trial
      trial.parameters = ["x": .init(distribution: line, value: Double(random.below(60)) - 30)]
      trial.parameters["c"] = .init(distribution: choice, value: Double(random.below(2)))
      return trial
    }
    for count in [0, 100, 4000] {
      var straight = history(Array(all[..<count]))
      let withoutIndex = try #require(straight.encoded)
      #expect(try #require(TrialHistory(encoded: withoutIndex, directions: [.minimize])).isIndexed == false)
      straight.indexConfigurations { all[..<count].compactMap(HashedConfiguration.init).forEach($0) }
      let withIndex = try #require(straight.encoded)
      var restored = try #require(TrialHistory(encoded: withIndex, directions: [.minimize]))
      #expect(restored.isIndexed)
      for trial in all[count...] {
        straight.update(trial)
        restored.update(trial)
      }
      for var probe in all.suffix(50) {
        let expected = all.filter { other in
          (other.state == .complete || other.state == .pruned) && other.hasParameters(of: probe)
        }.map(\.number)
        // The order of parameters makes no difference.
        probe.parameters.reverse()
        for history in [straight, restored] {
          var found: [Int] = []
          _ = history.first(withParametersOf: probe) { number -> Int? in
            found.append(number)
            return nil
          }
          #expect(found == expected)
          #expect(history.first(withParametersOf: probe) { $0 } == expected.first)
        }
      }
      #expect(restored.encoded == straight.encoded)
    }
  }

  @Test("Damaged bytes are no history")
  func damage() throws {
    let bytes = try #require(history(trials(50)).encoded)
    var random = SplitMix64(seed: 3)
    for _ in 0..<500 {
      var damaged = bytes
      damaged[random.below(bytes.count)] ^= UInt8(1 + random.below(255))
      #expect(TrialHistory(encoded: damaged, directions: [.minimize]) == nil)
      // With a checksum that agrees, the bytes are read with care: no history, or one that can be used.
      damaged = Array(damaged.dropLast(8))
      var sum = damaged.checksum
      for _ in 0..<8 {
        damaged.append(UInt8(truncatingIfNeeded: sum))
        sum >>= 8
      }
      if var usable = TrialHistory(encoded: damaged, directions: [.minimize]) {
        trials(60).forEach { usable.update($0) }
      }
    }
    for length in 0..<200 {
      #expect(TrialHistory(encoded: Array(bytes.prefix(length)), directions: [.minimize]) == nil)
    }
  }

  @Test("The sample estimates sums over all trials without bias")
  func unbiasedness() {
    // The sum of the weights is that of a fixed set; the sample is drawn anew by shifting the numbers.
    var (errors, squares) = (0.0, 0.0)
    let rounds = 40
    for round in 0..<rounds {
      var history = TrialHistory(directions: [.minimize])
      let first = round * 10_000
      var exact = 0.0
      var random = SplitMix64(seed: 8)
      for number in first..<(first + 9000) {
        var trial = FrozenTrial(id: Int64(number), number: number, state: .complete)
        let x = random.uniform()
        trial.parameters = ["x": .init(distribution: line, value: x)]
        trial.values = [random.uniform()]
        exact += x < 0.3 ? Double(number - first) : 0
        history.update(trial)
      }
      let rows = history.rows
      let estimate = rows.byNumber.prefix(rows.byNumber.count).reduce(0.0) { sum, element in
        let row = Int(element.row)
        let x = rows.columns["x"]?.value(in: row) ?? 1
        return sum + (x < 0.3 ? Double(rows.numbers[row] - first) / rows.inclusion(of: row) : 0)
      }
      errors += estimate / exact - 1
      squares += (estimate / exact - 1) * (estimate / exact - 1)
    }
    let deviation = (squares / Double(rounds)).squareRoot()
    #expect(deviation < 0.06)
    #expect(abs(errors / Double(rounds)) < 4 * deviation / Double(rounds).squareRoot())
  }

  @Test("Of many trials a sample of a fixed size is kept with its reports, whatever the order in which they come")
  func reports() throws {
    var random = SplitMix64(seed: 2)
    let all = (0..<20_000).map { number in
      (
        number: number,
        reports: (0..<2).map { step in
          FrozenTrial.IntermediateValue(step: step, value: step == 0 && number % 10 == 0 ? .nan : random.uniform())
        }
      )
    }
    var (straight, reversed) = (ReportTable(), ReportTable())
    for trial in all { straight.insert(trial.reports, number: trial.number) }
    for trial in all.reversed() { reversed.insert(trial.reports, number: trial.number) }
    let first = try #require(straight.columns[0])
    #expect(first.count == ReportTable.capacity && straight.columns[1]?.count == ReportTable.capacity)
    #expect(abs(Double(first.nanCount) / Double(first.count) - 0.1) < 0.02)
    #expect(abs(first.sorted[first.sorted.count / 2] - 0.5) < 0.04)
    #expect(reversed.columns[0]?.sorted.chunks.flatMap { $0 } == first.sorted.chunks.flatMap { $0 })
    var complete = NumberSet()
    for number in all.indices { complete.insert(number) }
    #expect(Set(ReportTable.sample(of: complete)) == Set(straight.reports.keys))
  }

  @Test(
    "A history of many trials can be made from an outline and the trials that it keeps alone", arguments: [false, true])
  func outline(isMaximized: Bool) throws {
    let directions: [StudyDirection] = [isMaximized ? .maximize : .minimize]
    let all = trials(9000).map { trial in
      var trial = trial
      trial.systemAttributes = trial.number % 17 == 0 ? [FrozenTrial.reusedKey: .int(0)] : [:]
      if trial.number % 19 == 0 { trial.exclusion = "" }
      return trial
    }
    var outline = StudyOutline()
    for trial in all {
      switch trial.state {
      case _ where trial.isExcluded: outline.excluded.insert(trial.number)
      case .complete where trial.reused != nil, .pruned where trial.reused != nil:
        outline.reusing[trial.number] = trial.state
      case .complete: outline.complete.insert(trial.number)
      case .pruned: outline.pruned.insert(trial.number)
      default: outline.failed.insert(trial.number)
      }
    }
    let complete = all.filter { $0.state == .complete && !$0.isExcluded && $0.reused == nil }
    outline.best = complete.sorted { left, right in
      if left.values[0] == right.values[0] { return left.number < right.number }
      return (left.values[0] < right.values[0]) != isMaximized
    }.prefix(StudyOutline.bestCount).map(\.number)
    outline.hasReports = true
    var readCount = 0
    var made = try #require(
      TrialHistory(outline: outline, directions: directions) { numbers in
        readCount = numbers.count
        return numbers.map { all[$0] }
      })
    var exact = TrialHistory(directions: directions)
    for trial in all { exact.update(trial) }
    #expect(readCount < HistoryRows.usualCapacity + ReportTable.capacity)
    #expect(made.encoded == exact.encoded)
    for trial in all { made.update(trial) }
    #expect(made.encoded == exact.encoded)
    for state in [TrialState.complete, .pruned, .failed] { #expect(made.count(of: state) == exact.count(of: state)) }
  }

  @Test("While few trials are feasible and complete, the best pruned and the least infeasible ones are kept")
  func minorLeaders() throws {
    var random = SplitMix64(seed: 4)
    let all = (0..<6000).map { number in
      var trial = FrozenTrial(id: Int64(number + 1), number: number, state: number % 2 == 0 ? .pruned : .complete)
      trial.intermediateValues = [.init(step: 0, value: random.uniform())]
      if trial.state == .complete {
        trial.values = [random.uniform()]
        if number % 1000 != 1 { trial.systemAttributes["constraints:size"] = .double(random.uniform() + 0.01) }
      }
      return trial
    }
    let rows = history(all).rows
    let feasible = all.filter { $0.state == .complete && $0.isFeasible }
    #expect(rows.feasible.count == feasible.count && feasible.count == 6)
    let count = HistoryRows.leastLeaderCount - feasible.count
    let least = all.filter { !$0.isFeasible }.sorted { $0.violation < $1.violation }.prefix(count).map(\.number)
    #expect(rows.infeasible.prefix(count).map { rows.numbers[Int($0.row)] } == least)
    let best = all.filter { $0.state == .pruned }
      .sorted { $0.intermediateValues[0].value < $1.intermediateValues[0].value }.prefix(count).map(\.number)
    #expect(rows.pruned.prefix(count).map { rows.numbers[$0.row] } == best)
  }

  @Test("Numbers are counted and ranked, in whatever order they come")
  func numbers() {
    var random = SplitMix64(seed: 9)
    for _ in 0..<50 {
      var set = NumberSet()
      var reference: Set<Int> = []
      for _ in 0..<60 {
        let number = random.below(80)
        #expect(set.insert(number) == reference.insert(number).inserted)
      }
      #expect(set.count == reference.count)
      #expect((0..<90).allSatisfy { set.contains($0) == reference.contains($0) })
      #expect(set.ranks(of: Array(0..<90)) == (0..<90).map { bound in reference.count { $0 < bound } })
      #expect(zip(set.ranges, set.ranges.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
    }
    var set = NumberSet()
    set.insert(.max)
    #expect(set.contains(.max) && set.count == 1)
  }
}
