import Foundation
import HPO
import TestSupport
import Testing

/// The studies written in Swift run and state their results.
@Suite(.on(.commands)) struct StudiesTests {
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

  @Test("OptimizerComparison tunes every optimizer on every problem, and draws the paths")
  func optimizers() throws {
    try Command.inFolder { command in
      let result = try command.start("OptimizerComparison", ["4", "paths.svg"]).wait()
      #expect(result.status == 0, "\(result.errors)")
      let rows = result.output.split(separator: "\n").map {
        $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      }
      #expect(rows.count == 12 && rows.allSatisfy { $0.count == rows[0].count }, "\(result.output)")
      // Curvature reaches the end of the valley where four trials of a rate do not.
      let gaps = Dictionary(uniqueKeysWithValues: rows.dropFirst(2).map { ($0[0], Double($0[1]) ?? .nan) })
      #expect(gaps["L-BFGS"] == -10 && gaps["Newton-CG"] == -10 && (gaps["gradient descent"] ?? -10) > -4)
      let picture = try String(contentsOf: command.folder.appending(path: "paths.svg"), encoding: .utf8)
      #expect(picture.hasSuffix("</svg>\n") && picture.components(separatedBy: "<clipPath").count == 3)
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

  @Test("an error says what is wrong however it is shown")
  func errors() throws {
    let study = try Study("empty")
    let error = try #require(throws: StudyError.self) { try study.best }
    #expect(error.localizedDescription == error.message && "\(error)" == error.message)
    let location = try #require(throws: StorageError.self) { try Study("s", storage: "postgresql://host/s") }
    #expect(location.localizedDescription.contains("SQLite files only"))
  }
}
