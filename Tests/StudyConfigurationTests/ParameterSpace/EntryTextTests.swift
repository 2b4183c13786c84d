import SearchSpace
import Testing

@Suite("Parameters on the command line") struct EntryTextTests {
  @Test("Ranges of real numbers are read") func floats() throws {
    #expect(
      try ParameterSpace.Entry(float: "lr=1e-5..1e-1,log")
        == .init("lr", .float(try FloatDistribution(low: 1e-5, high: 0.1, log: true))))
    #expect(
      try ParameterSpace.Entry(float: "x = -1 .. 1 , step = 0.25")
        == .init("x", .float(try FloatDistribution(low: -1, high: 1, step: 0.25))))
    #expect(
      try ParameterSpace.Entry(float: "x=.5..+2.").distribution == .float(try FloatDistribution(low: 0.5, high: 2)))
  }

  @Test("Ranges of whole numbers are read") func ints() throws {
    #expect(
      try ParameterSpace.Entry(int: "units=16..256,step=16")
        == .init("units", .int(try IntDistribution(low: 16, high: 256, step: 16))))
    #expect(
      try ParameterSpace.Entry(int: "n=1e1..1e3,log").distribution
        == .int(try IntDistribution(low: 10, high: 1000, log: true)))
    #expect(try ParameterSpace.Entry(int: "n=-5..-1").distribution == .int(try IntDistribution(low: -5, high: -1)))
  }

  @Test("Choices are read as YAML reads them") func choices() throws {
    #expect(
      try ParameterSpace.Entry(choice: "act=relu, tanh,1,1.0,1e3,true,null,'1',\"a, b\",'it''s',''").distribution
        == .categorical(
          try CategoricalDistribution(
            ["relu", "tanh", 1, 1.0, 1000.0, true, nil, "1", "a, b", "it's", ""].map { $0 as Choice })))
  }

  @Test(
    "A mistake is told with the parameter and the way out",
    arguments: [
      ("lr", "expected a parameter such as lr=1e-5..1e-1,log, met 'lr'"),
      ("=0..1", "expected a name of 1 to 512 characters before '=', met '=0..1'"),
      ("lr=0.1", "lr: expected a range such as 0..1, met '0.1'"),
      ("lr=1e-1..1e-5", "lr: empty range '1e-1..1e-5': the lower bound is above the upper one"),
      ("lr=a..1", "lr: expected numbers on both sides of '..', met 'a' in 'a..1'"),
      ("lr=0..", "lr: expected numbers on both sides of '..', met '' in '0..'"),
      ("lr=0...1", "lr: expected two dots between two numbers, as in 0.5..1, met '0...1'"),
      ("lr=0..1..2", "lr: expected two dots between two numbers, as in 0.5..1, met '0..1..2'"),
      ("lr=0...inf", "lr: expected two dots between two numbers, as in 0.5..1, met '0...inf'"),
      ("lr=0..1,log", "lr: expected a logarithmic range to start above 0, met '0..1'"),
      ("lr=1..2,lgo", "lr: unknown option 'lgo' after the range; did you mean 'log'?"),
      ("lr=1..2,log=1", "lr: log takes no value, met 'log=1'"),
      ("lr=1..2,step", "lr: expected a number after step, as in step=0.1"),
      ("lr=1..2,step=x", "lr: the step 'x' is no number"),
    ])
  func wrongFloats(text: String, message: String) {
    let error = #expect(throws: SearchSpaceError.self) { try ParameterSpace.Entry(float: text) }
    #expect(error?.message == message)
  }

  @Test("A mistake in whole numbers or choices is told") func wrongOthers() {
    func int(_ text: String) -> String? {
      #expect(throws: SearchSpaceError.self) { try ParameterSpace.Entry(int: text) }?.message
    }
    func choice(_ text: String) -> String? {
      #expect(throws: SearchSpaceError.self) { try ParameterSpace.Entry(choice: text) }?.message
    }
    #expect(int("n=0.5..3") == "n: expected whole numbers as bounds, met '0.5..3'")
    #expect(int("n=0..3,step=0.5") == "n: the step '0.5' is no whole number")
    #expect(int("n=0..3,log") == "n: expected a logarithmic range to start at 1 or above, met '0..3'")
    #expect(choice("c=a,,b") == "c: a choice is empty; write '' for no text and null for no value")
    #expect(choice("c=") == "c: a choice is empty; write '' for no text and null for no value")
    #expect(choice("c=a,a") == "c: the choice a is listed twice")
    #expect(choice("c='a") == "c: a choice without its closing quote '")
    #expect(choice("c='a'b") == "c: expected a comma after a choice in quotes, met 'b'")
    #expect(
      choice("c=99999999999999999999")
        == "c: the number '99999999999999999999' does not fit in 64 bits; put it in quotes")
  }

  @Test(
    "Plain texts have the types of YAML 1.2",
    arguments: [
      ("", nil), ("~", nil), ("NULL", nil), ("nUll", "nUll"), ("true", true), ("FALSE", false), ("yes", "yes"),
      ("on", "on"), ("0", 0), ("-12", -12), ("+3", 3), ("007", 7), ("0o17", 15), ("0x1F", 31), ("0x", "0x"),
      ("0o8", "0o8"), ("1_000", "1_000"), ("1e-4", 1e-4), ("1E3", 1000.0), ("1.", 1.0), (".5", 0.5), ("-.5e+2", -50.0),
      (".", "."), ("e3", "e3"), ("1e", "1e"), ("1.2.3", "1.2.3"), ("12:30", "12:30"), ("2026-01-01", "2026-01-01"),
      (".inf", .double(.infinity)), ("-.INF", .double(-.infinity)), (".nan", .double(.nan)), ("nan", "nan"),
      ("inf", "inf"), ("+", "+"), ("１", "１"), ("0x１", "0x１"),
    ] as [(String, Choice)])
  func plainScalars(text: String, choice: Choice) {
    #expect(Choice(plainScalar: text) == choice)
  }

  @Test("A number that does not fit is no choice", arguments: ["9223372036854775808", "0xFFFFFFFFFFFFFFFF", "1e999"])
  func oversizedScalars(text: String) {
    #expect(Choice(plainScalar: text) == nil)
  }
}
