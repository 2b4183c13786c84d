import TestSupport
import Testing

@testable import SearchSpace

@Suite("Distributions against Optuna 5.0.0")
struct DistributionGoldenTests {
  let fixture: JSONValue

  init() throws { fixture = try Fixture.json("distributions.json") }

  @Test("Float ranges are refused, lowered in decimal arithmetic, written and checked as Optuna does")
  func floats() throws {
    let cases = fixture["float"]?.elements ?? []
    #expect(cases.count >= 300)
    for expected in cases {
      let (low, high) = (try #require(expected[0].doubleOfBits), try #require(expected[1].doubleOfBits))
      let (log, step) = (expected[2] == true, expected[3].doubleOfBits)
      let name = "\(low)...\(high), log \(log), step \(step?.description ?? "none")"
      guard expected[4] != .null else {
        #expect(throws: SearchSpaceError.self, "\(name)") {
          try FloatDistribution(low: low, high: high, log: log, step: step)
        }
        continue
      }
      let range = try FloatDistribution(low: low, high: high, log: log, step: step)
      try expectAgreement(.float(range), high: range.high, expected, name)
    }
  }

  @Test("Int ranges are refused, lowered, written and checked as Optuna does")
  func ints() throws {
    let cases = fixture["int"]?.elements ?? []
    #expect(cases.count >= 100)
    for expected in cases {
      let (low, high) = (try #require(expected[0].intValue), try #require(expected[1].intValue))
      let (log, step) = (expected[2] == true, try #require(expected[3].intValue))
      let name = "\(low)...\(high), log \(log), step \(step)"
      guard expected[4] != .null else {
        #expect(throws: SearchSpaceError.self, "\(name)") {
          try IntDistribution(low: low, high: high, log: log, step: step)
        }
        continue
      }
      let range = try IntDistribution(low: low, high: high, log: log, step: step)
      try expectAgreement(.int(range), high: Double(range.high), expected, name)
    }
  }

  private func expectAgreement(
    _ distribution: Distribution, high: Double, _ expected: JSONValue, _ name: String
  ) throws {
    #expect(distribution.json == expected[4][0].stringValue, "\(name)")
    #expect(high == expected[4][1].doubleOfBits, "upper bound of \(name)")
    #expect(distribution.isSingle == expected[4][2].boolValue, "whether single: \(name)")
    #expect(try Distribution(json: distribution.json) == distribution, "reading \(name)")
    let flags = Array(try #require(expected[6].stringValue))
    for (probe, flag) in zip(expected[5].elements, flags) {
      let value = try #require(probe.doubleOfBits)
      #expect(distribution.contains(internal: value) == (flag == "1"), "whether \(name) contains \(value)")
    }
  }

  @Test("Choices are written, looked up and checked as Optuna does, but for the type of the value")
  func choices() throws {
    let external = (fixture["external"]?.elements ?? []).compactMap(Choice.init(json:))
    for expected in fixture["categorical"]?.elements ?? [] {
      let text = try #require(expected[0].stringValue)
      let distribution = try Distribution(json: text)
      #expect(distribution.json == text)
      #expect(distribution.isSingle == expected[3].boolValue, "\(text)")
      guard case .categorical(let categorical) = distribution else { throw SearchSpaceError(.malformedJSON, text) }
      for (choice, index) in zip(external, expected[1].elements) {
        let found = (try? distribution.internal(choice)).map { Int($0) } ?? -1
        // Where a value of the same type is listed, Python may take an earlier one that only equals it.
        if let exact = categorical.choices.firstIndex(of: choice) {
          #expect(found == exact, "\(choice) in \(text)")
        } else {
          #expect(found == index.intValue, "\(choice) in \(text)")
        }
        if found >= 0 { #expect(try distribution.external(Double(found)) == categorical.choices[found]) }
      }
      for (value, flag) in zip([-1, 0, 0.5, 1, 2, 5, 19], expected[2].stringValue ?? "") {
        #expect(distribution.contains(internal: value) == (flag == "1"), "whether \(text) contains \(value)")
      }
    }
  }

  @Test("A later distribution of the same name is accepted where Optuna accepts it")
  func compatibility() throws {
    let kinds = try (fixture["kinds"]?.strings ?? []).map(Distribution.init(json:))
    #expect(kinds.count == 15)
    for (first, flags) in zip(kinds, fixture["compatible"]?.strings ?? []) {
      for (second, flag) in zip(kinds, flags) {
        let isCompatible = (try? first.checkCompatibility(with: second, name: "x")) != nil
        #expect(isCompatible == (flag == "1"), "\(first.json) then \(second.json)")
      }
    }
  }

  @Test("Older and abbreviated forms are read as Optuna reads them")
  func olderForms() throws {
    for pair in fixture["older"]?.elements ?? [] {
      let text = try #require(pair[0].stringValue)
      #expect(try Distribution(json: text).json == pair[1].stringValue, "\(text)")
    }
  }

  @Test("Numbers and strings are written as Python's json writes them, and read back")
  func scalars() throws {
    let numbers = fixture["numbers"]?.elements ?? []
    #expect(numbers.count >= 400)
    for pair in numbers {
      let (value, text) = (try #require(pair[0].doubleOfBits), try #require(pair[1].stringValue))
      #expect(JSONValue.double(value).serialized(.python) == text)
      let parsed = try #require(try JSONValue(parsing: text).doubleValue)
      #expect(parsed == value || (parsed.isNaN && value.isNaN), "\(text)")
    }
    for pair in fixture["strings"]?.elements ?? [] {
      let (string, text) = (try #require(pair[0].stringValue), try #require(pair[1].stringValue))
      #expect(JSONValue.string(string).serialized(.python) == text)
      #expect(try JSONValue(parsing: text) == .string(string))
    }
  }
}
