import TestSupport
import Testing

/// What is told of data that would mislead.
@Suite("What should be known of the data", .on(.commands)) struct DataNotesTests {
  private static let file = """
    study: table
    objective:
      data: {csv: table.csv, target: kind, missingValues: dropRows}
      network: mlp
      units: 4
      epochs: 1
      metric: balancedAccuracy
    """

  /// What training on a table tells.
  private func notes(_ rows: [String]) throws -> [String] {
    try Command.inFolder { command in
      try command.write(Self.file, to: "table.yaml")
      try command.write((["a,b,kind"] + rows).joined(separator: "\n") + "\n", to: "table.csv")
      let run = try command.hpo("train", "--config", "table.yaml")
      #expect(run.status == 0, "\(run.errors)")
      return run.errors.split(separator: "\n").filter { $0.hasPrefix("note: ") }.map { String($0.dropFirst(6)) }
    }
  }

  private static let sound = (0..<100).map { "\($0 % 7),\($0 % 11),\($0 % 2 == 0 ? "x" : "y")" }

  @Test("is told, and nothing of sound data")
  func told() throws {
    #expect(try notes(Self.sound) == [])
    #expect(
      try notes(Self.sound + ["NA,1,x", "2,,worn", "?,3,NA"]) == [
        "table: 3 of 103 rows have missing values and are left out, all of the class \"worn\" among them"
      ])
    let constant = try notes(Self.sound.map { "7" + $0.drop { $0 != "," } })
    #expect(constant.count == 1 && constant[0].contains("of the column \"a\": nothing is learned of it"), "\(constant)")
    // Of a class of one sample two parts have none.
    let rare = try notes(Self.sound + ["3,4,rare"])
    #expect(rare.count == 2 && rare.allSatisfy { $0.contains("sample is of the class \"rare\"") }, "\(rare)")
  }
}
