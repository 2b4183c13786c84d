import OrderedCollections
import SearchSpace
import Testing

@Suite("Parameter spaces") struct ParameterSpaceTests {
  private func int(_ range: ClosedRange<Int>) throws -> Distribution {
    .int(try IntDistribution(low: range.lowerBound, high: range.upperBound))
  }

  private func network() throws -> ParameterSpace {
    try ParameterSpace([
      .init("depth", try int(1...3)),
      .init("units", try int(16...256), repeated: .valueOf("depth")),
      .init("optimizer", .categorical(try CategoricalDistribution(["sgd", "momentum", "adam"]))),
      .init("momentum", try int(0...9), when: .init(["optimizer": ["momentum"]])),
      .init(
        "nesterov", .categorical(try CategoricalDistribution([true, false])), when: .init(["momentum": [8, 9.0]])),
      .init("lookahead", try int(1...5), when: .init(["nesterov": [true], "depth": [2, 3]])),
    ])
  }

  private func walk(
    _ space: ParameterSpace, _ values: OrderedDictionary<String, Choice>
  ) -> OrderedDictionary<String, Choice> {
    space.walk { name, _ in values[name] ?? values[String(name.prefix { !$0.isNumber })] ?? .null }
  }

  @Test("A walk asks for the parameters that exist, in order") func order() throws {
    let space = try network()
    let plain = walk(space, ["depth": 2, "units": 16, "optimizer": "adam"])
    #expect(plain.keys == ["depth", "units0", "units1", "optimizer"])
    let full = walk(
      space, ["depth": 3, "units": 16, "optimizer": "momentum", "momentum": 9, "nesterov": true, "lookahead": 1])
    #expect(
      full.keys == ["depth", "units0", "units1", "units2", "optimizer", "momentum", "nesterov", "lookahead"])
  }

  @Test("A parameter does not exist where one that it depends on does not") func chain() throws {
    let space = try network()
    let values: OrderedDictionary<String, Choice> = [
      "depth": 1, "units": 16, "optimizer": "momentum", "momentum": 9, "nesterov": true,
    ]
    #expect(walk(space, values).keys.last == "nesterov")
    #expect(walk(space, values.merging(["momentum": 7]) { $1 }).keys.last == "momentum")
    #expect(walk(space, values.merging(["optimizer": "sgd"]) { $1 }).keys.last == "optimizer")
  }

  @Test("An error of whoever is asked ends the walk") func failure() throws {
    struct Stop: Error, Equatable {}
    let space = try network()
    var asked: [String] = []
    #expect(throws: Stop()) {
      try space.walk { name, _ throws(Stop) in
        asked.append(name)
        if name == "units0" { throw Stop() }
        return 1
      }
    }
    #expect(asked == ["depth", "units0"])
  }

  @Test("A count out of its range is taken as the nearest bound", arguments: [(-5, 1), (0, 1), (2, 2), (1_000_000, 3)])
  func countOutOfRange(count: Int, expected: Int) throws {
    let values = walk(try network(), ["depth": .int(count), "units": 16, "optimizer": "sgd"])
    #expect(values.keys.filter { $0.hasPrefix("units") }.count == expected)
  }

  @Test("All names that can occur are listed, with those that may be absent") func occurrences() throws {
    let space = try network()
    #expect(
      space.occurrences.map { "\($0.name)\($0.isConditional ? "?" : "")" } == [
        "depth", "units0", "units1?", "units2?", "optimizer", "momentum?", "nesterov?", "lookahead?",
      ])
    #expect(space.isConditional)
    #expect(space.distributions["units2"] == (try int(16...256)))
    let fixed = try ParameterSpace([.init("w", try int(0...1), repeated: .times(2))])
    #expect(fixed.distributions.keys == ["w0", "w1"] && !fixed.isConditional)
  }

  @Test("A choice of whole numbers counts repetitions") func countByChoice() throws {
    let space = try ParameterSpace([
      .init("n", .categorical(try CategoricalDistribution([4, 0, 2]))),
      .init("x", try int(0...1), repeated: .valueOf("n")),
    ])
    #expect(walk(space, ["n": 2, "x": 0]).keys == ["n", "x0", "x1"])
    #expect(space.occurrences.map(\.isConditional) == [false, true, true, true, true])
  }

  @Test("Names that walks ask for are among those listed, with the same distribution") func walksWithinOccurrences()
    throws
  {
    let space = try network()
    let all = space.distributions
    var generator = Mutations(state: 11)
    var seen: Set<String> = []
    for _ in 0..<300 {
      _ = space.walk { name, distribution in
        #expect(all[name] == distribution)
        seen.insert(name)
        return switch distribution {
        case .float(let range): .double(range.low)
        case .int(let range): .int(Int.random(in: range.low...range.high, using: &generator))
        case .categorical(let list): list.choices.randomElement(using: &generator) ?? .null
        }
      }
    }
    #expect(seen == Set(all.keys))
  }

  @Test("A space that contradicts itself is refused with the reason") func refused() throws {
    func check(_ entries: [ParameterSpace.Entry], _ code: SearchSpaceError.Code, _ message: String) {
      let error = #expect(throws: SearchSpaceError.self) { try ParameterSpace(entries) }
      #expect(error?.code == code)
      #expect(error?.message == message)
    }
    let small = try int(0...3)
    let real = Distribution.float(try FloatDistribution(low: 0, high: 1))
    check([], .invalidSpace, "the space has no parameter")
    check([.init("", small)], .invalidName, "a parameter's name has 1 to 512 characters")
    check([.init("a", small), .init("a", real)], .invalidSpace, "the parameter 'a' occurs twice")
    check(
      [.init("x2", small), .init("x", small, repeated: .times(3))], .invalidSpace,
      "the parameter 'x2' occurs twice: by itself and as one of a repeated parameter")
    check(
      [.init("alpha", small), .init("b", small, when: .init(["alhpa": [1]]))], .invalidSpace,
      "'b' depends on the unknown parameter 'alhpa'; did you mean 'alpha'?")
    check(
      [.init("b", small, when: .init(["a": [1]])), .init("a", small)], .invalidSpace,
      "'b' depends on 'a', which comes later; put 'a' before it")
    check([.init("a", small, repeated: .valueOf("a"))], .invalidSpace, "'a' cannot depend on itself")
    check(
      [.init("a", real), .init("b", small, when: .init(["a": [0.5]]))], .invalidSpace,
      "'b' cannot depend on 'a', which is no choice and no whole number")
    check(
      [.init("a", small, repeated: .times(2)), .init("b", small, when: .init(["a": [1]]))], .invalidSpace,
      "'b' cannot depend on 'a', which is repeated and has no single value")
    check(
      [.init("a", small), .init("b", small, when: .init(["a": [4]]))], .invalidValue,
      "'4' is no value of 'a', which runs from 0 to 3")
    check(
      [.init("a", small), .init("b", small, when: .init(["a": []]))], .invalidSpace,
      "the condition of 'b' lists no value of 'a'")
    check(
      [.init("a", real), .init("b", small, repeated: .valueOf("a"))], .invalidSpace,
      "'b' cannot be repeated 'a' times, whose values are not all whole numbers of 0 or more")
    check(
      [.init("a", small), .init("b", small, repeated: .times(10_000))], .invalidSpace,
      "with 'b' the space has more than 10000 parameters")
  }
}
