import Testing

@testable import Training

@Suite("Decimal numbers")
struct DecimalNumberTests {
  func parse(_ text: String) -> Double? {
    DecimalNumber.parse(Array(text.utf8)[...])
  }

  @Test(
    "are read to the last bit",
    arguments: [
      "0", "-0", "1", "-1.5", "+2", ".5", "5.", "1e3", "1E-3", "1e+22", "1e23", "123456789012345678901234567890",
      "0.1", "0.30000000000000004", "9007199254740993", "1.7976931348623157e308", "4.9e-324", "1e400", "1e-400",
      "00000000000000000000000012.5", "0.000000000000000000000000000000125", "3.141592653589793238462643383279",
      "1e99999999999999999999",
    ])
  func exact(text: String) throws {
    let expected = text == "1e99999999999999999999" ? Double.infinity : try #require(Double(text))
    #expect(parse(text)?.bitPattern == expected.bitPattern)
  }

  @Test("agree with the standard library on random spellings")
  func random() throws {
    var generator = RandomStream(seed: 2, purpose: .order)
    for _ in 0..<20_000 {
      let digits = (0...generator.next(below: 20)).map { _ in String(generator.next(below: 10)) }.joined()
      let fraction = (0...generator.next(below: 12)).map { _ in String(generator.next(below: 10)) }.joined()
      let text = "-\(digits).\(fraction)e\(generator.next(below: 60) - 30)"
      #expect(parse(text) == Double(text), "\(text)")
    }
  }

  @Test("may stand between spaces")
  func spaces() {
    #expect(parse(" \t42 ") == 42)
  }

  @Test(
    "are nothing else",
    arguments: ["", " ", ".", "-", "+", "e5", "1e", "1e+", "1.2.3", "0x10", "inf", "nan", "1,5", "1 2", "12abc", "--1"])
  func rejected(text: String) {
    #expect(parse(text) == nil)
  }
}
