import OrderedCollections
import SearchSpace
import TestSupport
import Testing
import Trials

@testable import Samplers

@Suite("TPE against Optuna 5.0.0")
struct TPEGoldenTests {
  @Test("Splits, kernels and log densities agree on random histories")
  func agreement() throws {
    let cases = try Fixture.json("tpe.json").elements
    #expect(cases.count >= 200)
    var estimatorCount = 0
    for (index, expected) in cases.enumerated() {
      let random = try RandomHistory(case: index)
      let history = random.history()
      let sampler = try TPESampler(multivariate: random.isMultivariate)
      let split = TPESplit.of(history).below.map { history.rows.numbers[$0] }
      #expect(split == expected["below"]?.ints, "the good part of case \(index)")

      let spaces = try spaces(of: random, sampler: sampler, history: history)
      if random.isMultivariate {
        #expect(Array(spaces[0].keys) == expected["space"]?.arrayValue?.compactMap(\.stringValue), "case \(index)")
      }
      let estimators = expected["estimators"]?.arrayValue ?? []
      for (space, pair) in zip(spaces.filter { !$0.isEmpty }, estimators) {
        estimatorCount += 2
        let (below, above) = sampler.estimators(for: space, history: history, number: 1_000_000)
        var generator = SplitMix64(seed: random.points)
        let points = space.values.map { distribution in
          (0..<4).map { _ in RandomHistory.drawValue(distribution, &generator) }
        }
        let name = "case \(index), \(space.keys.joined(separator: ","))"
        expectAgreement(below, pair[0], points: points, "\(name), good part")
        expectAgreement(above, pair[1], points: points, "\(name), rest")
      }
    }
    #expect(estimatorCount >= 1000)
  }

  private func spaces(
    of random: RandomHistory, sampler: TPESampler, history: TrialHistory
  ) throws -> [OrderedDictionary<String, Distribution>] {
    if random.isMultivariate { return [sampler.relativeSpace(history)] }
    return try random.parameters.map { [$0.name: try $0.distribution(wide: false)] }
  }

  private func expectAgreement(
    _ estimator: ParzenEstimator, _ expected: JSONValue, points: [[Double]], _ name: String
  ) {
    expectClose(digest(Array(estimator.weights)), expected["weights"], "weights of \(name)")
    for (place, dimension) in estimator.dimensions.enumerated() {
      let expected = expected["dimensions"]?[place] ?? .null
      switch dimension {
      case .numeric(let kernels):
        let entries = kernels.entries.map(Int.init)
        expectClose(digest(entries.map { kernels.centres[$0] }), expected[0], "centres \(place) of \(name)")
        expectClose(digest(entries.map { kernels.widths[$0] }), expected[1], "widths \(place) of \(name)")
      case .categorical(let kernels):
        for (column, choice) in [0, kernels.choiceCount - 1].enumerated() {
          let shares = kernels.observed.map { kernels.probability(of: choice, observed: Int($0)) }
          expectClose(digest(shares), expected[column], "shares \(place) of \(name)")
        }
      }
    }
    expectClose(estimator.logDensities(at: points), expected["densities"], "log densities of \(name)")
  }

  private func digest(_ vector: [Double]) -> [Double] {
    let count = vector.count
    let sum = vector.reduce(0, +)
    let weighted = vector.enumerated().reduce(0) { $0 + Double($1.offset + 1) * $1.element } / Double(count)
    let samples = count <= 12 ? vector : [vector[0], vector[count / 2], vector[count - 2], vector[count - 1]]
    return [Double(count), sum, weighted] + samples
  }

  private func expectClose(_ actual: [Double], _ expected: JSONValue?, _ name: String) {
    let expected = expected?.doubles ?? []
    #expect(actual.count == expected.count, "\(name)")
    for (actual, expected) in zip(actual, expected) {
      let isClose = actual == expected || abs(actual - expected) <= 1e-9 * max(1, abs(expected))
      #expect(isClose, "\(name): \(actual) where \(expected) is due")
    }
  }
}
