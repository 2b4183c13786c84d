import Foundation
import Testing

/// The studies written in Swift run and state their results.
@Suite struct StudiesTests {
  private func lastNumber(in line: Substring?, after label: String) throws -> Double {
    let text = try #require(line?.split(separator: label).last)
    return try #require(Double(text.split(whereSeparator: { " ,".contains($0) }).first ?? ""))
  }

  @Test("Quadratic finds the round bowl near its least value")
  func quadratic() throws {
    try Command.inFolder { command in
      let result = try command.start("Quadratic", []).wait()
      #expect(result.status == 0, "\(result.errors)")
      let line = result.output.split(separator: "\n").last
      #expect(try lastNumber(in: line, after: "value = ") < 1.5, "\(result.output)")
    }
  }

  @Test("DigitsMLP reads handwritten digits")
  func digits() throws {
    try Command.inFolder { command in
      let result = try command.start("DigitsMLP", []).wait()
      #expect(result.status == 0, "\(result.errors)")
      let line = result.output.split(separator: "\n").first { $0.contains("test accuracy") }
      #expect(try lastNumber(in: line, after: "test accuracy ") > 0.95, "\(result.output)")
    }
  }
}
