import ArchitectureSearch
import SearchSpace
import Testing

@Suite("Expressions over choices")
struct ExpressionTests {
  private let values: [String: Choice] = [
    "width": 24, "rate": 0.5, "wide": true, "kind": "full", "x.channels": 8, "block.index": 3, "least": .int(.min),
  ]

  private func value(_ text: String) throws -> Choice {
    try Expression(parsing: text).value { values[$0] }
  }

  @Test(
    "Operators bind as in mathematics, and whole numbers stay whole",
    arguments: [
      ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("7 // 2", 3), ("-7 // 2", -4), ("7 // -2", -4), ("-7 % 3", 2),
      ("7 % -3", -2), ("2 ** 3 ** 2", 512), ("-2 ** 2", -4), ("2 ** -1", 0.5), ("7 / 2", 3.5), ("8 / 2", 4.0),
      ("7.5 // 2", 3.0), ("-7.5 % 2", 0.5), ("width - 8 - 8", 8), ("width * rate", 12.0),
      ("x.channels * 2 ** (block.index - 1)", 32), ("min(width, 16, 20)", 16), ("max(rate, 0.25)", 0.5),
      ("abs(3 - width)", 21), ("abs(rate - 1)", 0.5), ("if(wide, 32, 16)", 32), ("if(kind == \"none\", 1, 2)", 2),
      ("1 < 2", true), ("2 <= 1", false), ("3 == 3.0", true), ("kind == 'full'", true), ("kind != 'full'", false),
      ("kind == 3", false), ("not wide", false), ("not wide or width > 8", true), ("not wide and width > 8", false),
      ("wide and not (width > 30)", true), ("true or false and false", true), ("wide == true", true),
      ("1 ** 9999999999", 1), ("(0 - 1) ** 99999", -1), ("0 ** 70", 0), ("1e2 + 1", 101.0),
    ] as [(String, Choice)])
  func arithmetic(text: String, expected: Choice) throws {
    #expect(try value(text) == expected)
  }

  @Test(
    "A second part that is not needed is not looked at",
    arguments: [
      ("false and 1", false), ("true or missing", true), ("if(true, 1, 2 // 0)", 1), ("if(false, missing, 2)", 2),
    ] as [(String, Choice)])
  func laziness(text: String, expected: Choice) throws {
    #expect(try value(text) == expected)
  }

  @Test(
    "What is no expression is told with its place",
    arguments: [
      ("", 0, "expected a value, met its end"), ("1 +", 3, "expected a value, met its end"),
      ("width width", 6, "expected an operator, met 'width'"), ("(1 + 2", 6, "expected ')', met its end"),
      ("1 < 2 < 3", 6, "expected an operator, met '<'"), ("width & 3", 6, "'&' has no meaning here"),
      ("1.2.3", 0, "'1.2.3' is no number"), ("12ab + 1", 0, "'12ab' is no number"),
      ("kind == 'full", 8, "the text has no closing '"),
      ("sqrt(2)", 0, "there is no function 'sqrt'; expected one of min, max, abs, if"),
      ("min(1; 2)", 5, "';' has no meaning here"), ("min(1 2)", 6, "expected ',' or ')', met '2'"),
      ("and 1", 0, "expected a value, met 'and'"), ("1 = 2", 2, "'=' has no meaning here"),
      ("99999999999999999999", 0, "'99999999999999999999' is no number"),
    ])
  func mistakes(text: String, offset: Int, message: String) {
    let error = #expect(throws: ExpressionError.self) { try Expression(parsing: text) }
    #expect(error?.message == message)
    #expect(error?.offset == offset)
  }

  @Test(
    "What cannot be computed is told",
    arguments: [
      ("1 // 0", "1 // 0 is no number"), ("1 % 0", "1 % 0 is no number"), ("1 / 0", "1.0 / 0.0 is no number"),
      ("2 ** 63", "2 ** 63 is beyond 64 bits"),
      ("9223372036854775807 + 1", "9223372036854775807 + 1 is beyond 64 bits"),
      ("0 - least", "0 - -9223372036854775808 is beyond 64 bits"),
      ("abs(least)", "0 - -9223372036854775808 is beyond 64 bits"),
      ("-least", "0 - -9223372036854775808 is beyond 64 bits"),
      ("missing + 1", "'missing' has no value here"), ("kind + 1", "'+' takes numbers, but was given 'full'"),
      ("wide < 1", "'<' takes numbers, but was given 'true'"),
      ("not 1", "'not' takes true or false, but was given '1'"),
      ("abs(1, 2)", "'abs' takes one number, but was given 2"), ("rate ** rate", "0.5 ** 0.5 is no number"),
      ("if(wide, 1)", "'if' takes a condition and two values, but was given 2 arguments"),
    ])
  func values(text: String, message: String) throws {
    let expression = try Expression(parsing: text)
    let error = #expect(throws: ExpressionError.self) { try expression.value { values[$0] } }
    #expect(error?.message == message)
  }

  @Test("Depth and length are limited")
  func limits() {
    for text in [
      String(repeating: "(", count: 40) + "1" + String(repeating: ")", count: 40),
      String(repeating: "-", count: 40) + "1",
      String(repeating: "not ", count: 40) + "true", String(repeating: "2**", count: 40) + "1",
      String(repeating: "1+", count: 400) + "1",
    ] {
      let error = #expect(throws: ExpressionError.self) { try Expression(parsing: text) }
      #expect(error?.message.contains("at most") == true, "\(text)")
    }
  }

  @Test("The smallest number divided by -1 is a real number, and has no trap")
  func division() throws {
    #expect(try value("least // (0 - 1)") == .double(0x1p63))
    #expect(try value("least % (0 - 1)") == .double(0))
  }
}
