import Foundation
import TestSupport
import Testing

@Suite("A study whose file or data change", .on(.commands))
struct StudyFileArchiveTests {
  private static let file = """
    study: table
    objective:
      data: {csv: table.csv, target: kind}
      network: mlp
      units: 6
      epochs: 4
      metric: accuracy
    space:
      learningRate: {float: 1e-2..1e-1, log: true}
    pruner: none
    """

  private static func table(_ shift: Int = 0) -> String {
    "a,b,kind\n" + (0..<150).map { "\(($0 * 7 + shift) % 23),\($0 % 11),\($0 * 7 % 23 > 11 ? "x" : "y")\n" }.joined()
  }

  private func value(_ command: Command, of trial: Int) throws -> Double {
    let trials = try #require(try command.json("trials", "--study", "table") as? [[String: Any]])
    let values = try #require(trials.first { $0["number"] as? Int == trial }?["values"] as? [String: Double])
    return try #require(values["accuracy"])
  }

  private func trained(_ command: Command, _ trial: Int) throws -> (accuracy: Double, notes: String) {
    let run = try command.hpo(
      "train", "--study", "table", "--trial", "\(trial)", "--output", "m.hpo", "--format", "json")
    let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let validation = try #require(report["validation"] as? [String: Double])
    return (try #require(validation["accuracy"]), run.errors)
  }

  @Test("trains a trial again by the file that it ran with")
  func files() throws {
    try Command.inFolder { command in
      try command.write(Self.table(), to: "table.csv")
      try command.write(Self.file, to: "table.yaml")
      try command.succeed("optimize", "--config", "table.yaml", "--trials", "2")
      try command.write(Self.file.replacing("units: 6", with: "units: 24"), to: "table.yaml")
      let second = try command.hpo("optimize", "--config", "table.yaml", "--trials", "4")
      #expect(second.errors.contains("another than the one that the 2 trials before ran with"), "\(second.errors)")
      try command.write(Self.file.replacing("units: 6", with: "units: 12"), to: "table.yaml")
      try command.succeed("optimize", "--config", "table.yaml", "--trials", "5")
      // A run by the file that is kept makes no other one.
      try command.succeed("optimize", "--study", "table", "--trials", "6")
      for trial in 0..<6 {
        let (accuracy, notes) = try trained(command, trial)
        #expect(accuracy == (try value(command, of: trial)))
        #expect(notes.contains("another study file") == (trial < 4) && !notes.contains("measured"), "\(notes)")
      }
      // Another comment is no other file.
      try command.write("# a remark\n" + Self.file.replacing("units: 6", with: "units: 12"), to: "table.yaml")
      try command.succeed("optimize", "--config", "table.yaml", "--trials", "7")
      #expect(try !trained(command, 5).notes.contains("note:"))
    }
  }

  @Test("trains the trials of another study by their own files and seeds, once they are merged")
  func merged() throws {
    try Command.inFolder { command in
      try command.write(Self.table(), to: "table.csv")
      try command.write(Self.file.replacing("study: table", with: "study: other"), to: "other.yaml")
      try command.write(Self.file.replacing("units: 6", with: "units: 24"), to: "table.yaml")
      try command.succeed("optimize", "--config", "table.yaml", "--trials", "1", "--seed", "5")
      try command.succeed("optimize", "--study", "table", "--trials", "2", "--seed", "6")
      try command.succeed("optimize", "--config", "other.yaml", "--trials", "2")
      try command.succeed("study", "merge", "--study", "table", "--from", "other")
      for trial in 0..<4 {
        let (accuracy, notes) = try trained(command, trial)
        #expect(accuracy == (try value(command, of: trial)), "trial \(trial)")
        #expect(notes.contains("another study file") == (trial > 1) && !notes.contains("measured"), "\(notes)")
      }
    }
  }

  @Test("is not gone on with by another metric, and tells that its data are others")
  func changes() throws {
    try Command.inFolder { command in
      try command.write(Self.table(), to: "table.csv")
      try command.write(Self.file, to: "table.yaml")
      try command.succeed("optimize", "--config", "table.yaml", "--trials", "2")
      try command.write(Self.file.replacing("accuracy", with: "f1"), to: "other.yaml")
      let other = try command.hpo("optimize", "--config", "other.yaml", "--trials", "3")
      #expect(other.status == 64, "\(other.errors)")
      #expect(other.errors.contains("exists with the metric accuracy, with which values of f1 do not compare"))
      try command.succeed("optimize", "--config", "other.yaml", "--study", "others", "--trials", "1")
      let merged = try command.hpo("study", "merge", "--study", "table", "--from", "others")
      #expect(merged.status != 0 && merged.errors.contains("their values do not compare"), "\(merged.errors)")
      let same = try command.hpo("optimize", "--config", "table.yaml", "--trials", "3")
      #expect(same.status == 0 && !same.errors.contains("note:"), "\(same.errors)")
      try command.write(Self.table(5), to: "table.csv")
      let changed = try command.hpo("optimize", "--study", "table", "--trials", "4")
      #expect(changed.status == 0)
      #expect(changed.errors.contains("the data are others than those that the 3 trials before"), "\(changed.errors)")
      let told = try command.hpo("optimize", "--study", "table", "--trials", "5")
      #expect(!told.errors.contains("note:"), "\(told.errors)")
      let differing = try (0..<3).filter { try trained(command, $0).accuracy != value(command, of: $0) }
      #expect(!differing.isEmpty)
      for trial in 0..<3 {
        let notes = try trained(command, trial).notes
        #expect(notes.contains("trial \(trial) measured accuracy") == differing.contains(trial), "\(notes)")
      }
    }
  }
}
