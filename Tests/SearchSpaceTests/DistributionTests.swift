import Testing

@testable import SearchSpace

@Suite("Distributions")
struct DistributionTests {
  @Test("The values of a grid are those of decimal arithmetic, and all belong to the distribution")
  func gridValues() throws {
    let tenths = Distribution.float(try FloatDistribution(low: 0, high: 1, step: 0.1))
    let expected: [Choice] = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1].map(Choice.double)
    #expect(tenths.gridValues(limit: 11) == expected)
    #expect(tenths.gridValues(limit: 10) == nil)
    for value in expected { #expect(tenths.contains(internal: try tenths.internal(value))) }
    let sevens = Distribution.int(try IntDistribution(low: -3, high: 20, step: 7))
    #expect(sevens.gridValues(limit: 100) == [-3, 4, 11, 18])
    #expect(Distribution.float(try FloatDistribution(low: 0, high: 1)).gridValues(limit: 100) == nil)
    #expect(Distribution.float(try FloatDistribution(low: 2, high: 2)).gridValues(limit: 100) == [2.0])
    #expect(Distribution.categorical(try CategoricalDistribution(["b", "a"])).gridValues(limit: 9) == ["b", "a"])
  }

  @Test("A step far below the precision of the bounds is refused instead of rounded")
  func absurdSteps() {
    #expect(throws: SearchSpaceError.self) { try FloatDistribution(low: 0, high: 1e300, step: 1e-5) }
    #expect(throws: SearchSpaceError.self) { try FloatDistribution(low: .nan, high: 1) }
    #expect(throws: SearchSpaceError.self) { try FloatDistribution(low: 0, high: .infinity) }
    #expect(throws: SearchSpaceError.self) { try IntDistribution(low: 0, high: .max) }
    #expect(throws: SearchSpaceError.self) { try CategoricalDistribution([]) }
    #expect(throws: SearchSpaceError.self) { try CategoricalDistribution(["a", "a"]) }
  }

  @Test("Values of another type, NaN and 0 on a logarithmic scale have no internal form")
  func internalForm() throws {
    let rate = Distribution.float(try FloatDistribution(low: 1e-3, high: 1, log: true))
    let count = Distribution.int(try IntDistribution(low: 0, high: 9))
    for value in [Choice.string("1"), .bool(true), .null, .double(.nan), .double(0), .int(-1)] {
      #expect(throws: SearchSpaceError.self, "\(value)") { try rate.internal(value) }
    }
    for value in [Choice.string("1"), .bool(true), .double(1.5), .double(.infinity)] {
      #expect(throws: SearchSpaceError.self, "\(value)") { try count.internal(value) }
    }
    #expect(try count.internal(.double(4)) == 4)
    #expect(try rate.internal(.int(5)) == 5)
  }

  @Test("A choice that is listed twice is found among few and among many", arguments: [0, 20])
  func repeatedChoices(others: Int) throws {
    let more = (0..<others).map { Choice.int($0 + 5) }
    func message(_ choices: [Choice]) -> String? {
      do throws(SearchSpaceError) {
        _ = try CategoricalDistribution(more + choices)
        return nil
      } catch {
        return error.description
      }
    }
    #expect(message([1, 1.0, true, "1", nil, "a", "A"]) == nil)
    #expect(message(["a", 2, "b", 2, "a"])?.contains("the choice 2 is listed twice") == true)
    #expect(message([.double(.nan), 1, .double(.nan)])?.contains("NaN is listed twice") == true)
    // One character as one scalar and as two.
    #expect(message(["\u{E9}", "e\u{301}"])?.contains("in characters that are composed otherwise") == true)
  }

  @Test("Malformed distributions are refused by a message that says what is wrong")
  func malformed() {
    for (text, reason) in [
      ("{", "byte 1"), ("{}", "no name"), (#"{"name": "Bogus", "attributes": {}}"#, "Bogus"),
      (#"{"name": "FloatDistribution", "attributes": {"low": "x", "high": 1}}"#, "'low'"),
      (#"{"name": "IntDistribution", "attributes": {"low": 0, "high": 1.5}}"#, "'high'"),
      (#"{"name": "CategoricalDistribution", "attributes": {"choices": []}}"#, "choices"),
      (#"{"name": "CategoricalDistribution", "attributes": {"choices": [[1]]}}"#, "list"),
    ] {
      let error = #expect(throws: SearchSpaceError.self) { try Distribution(json: text) }
      #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }
  }

  @Test("Parameters decode the internal value into their type")
  func parameters() throws {
    enum Kind: String, CaseIterable { case first, second }
    #expect(try Parameter<Int>.int("n", 1...9).value(internal: 4) == 4)
    #expect(try Parameter<Double>.float("x", 0...1).value(internal: 0.25) == 0.25)
    #expect(try Parameter<String>.choice("s", ["a", "b"]).value(internal: 1) == "b")
    #expect(try Parameter<Choice>.choice("c", [1, "x", nil] as [Choice]).value(internal: 2) == .null)
    #expect(try Parameter<Kind>.choice("k", Kind.self).value(internal: 1) == .second)
    #expect(throws: SearchSpaceError.self) { try Parameter<String>.choice("s", ["a"]).value(internal: 3) }
  }
}
