import Foundation
import TestSupport
import Testing

@Suite("hpo train with a file of its own", .on(.commands))
struct TrainCommandTests {
  /// A network for a table, without anything to search.
  private static func file(_ changes: (String, String)...) -> String {
    var text = """
      objective:
        data: {csv: table.csv, target: kind, missingValues: dropRows}
        network: mlp
        units: 6
        epochs: 4
        metric: accuracy
      """
    for (part, replacement) in changes { text = text.replacing(part, with: replacement) }
    return text
  }

  private static let table =
    "a,b,kind\n" + (0..<150).map { "\($0 * 7 % 23),\($0 % 10 == 3 ? "" : "\($0 % 11)"),\($0 % 2)\n" }.joined()

  private func inTable(_ body: (Command) throws -> Void) throws {
    try Command.inFolder { command in
      try command.write(Self.table, to: "table.csv")
      try command.write(Self.file(), to: "table.yaml")
      try body(command)
    }
  }

  @Test("needs no space, which a search does")
  func spaceless() throws {
    try inTable { command in
      try command.succeed("train", "--config", "table.yaml", "--set", "units=5", "--output", "m.hpo")
      let search = try command.hpo("optimize", "--config", "table.yaml", "--study", "t", "--trials", "2")
      #expect(search.status == 64 && search.errors.contains("table.yaml: there is no 'space'"), "\(search.errors)")
      #expect(search.errors.contains("hpo train"))
    }
  }

  @Test("leaves rows out of a measurement as of the training, but predicts each")
  func missingValues() throws {
    try inTable { command in
      try command.succeed("train", "--config", "table.yaml", "--output", "m.hpo")
      let measured = try #require(try command.json("evaluate", "m.hpo", "--data", "table.csv") as? [String: Any])
      #expect(measured["samples"] as? Int == 135)
      let predicted = try command.hpo("predict", "m.hpo", "--data", "table.csv")
      #expect(predicted.status != 0 && predicted.errors.contains("table.csv:5: column 2: \"b\" is missing"))
    }
  }

  @Test(
    "names the study file where the data contradict it",
    arguments: [
      (("target: kind", "target: kidn"), "bad.yaml: table.csv:1"),
      (("table.csv", "tabel.csv"), "bad.yaml: tabel.csv: the file cannot be opened"),
      (("  epochs: 4", "  epochs: 4\n  teacher: none.hpo"), "bad.yaml: none.hpo: the file cannot be opened"),
      (("units: 6", "units: 65536\n  depth: 64"), "bad.yaml: the network has"),
      (("missingValues: dropRows", "missingValues: reject"), "leave such rows out by 'missingValues: dropRows'"),
    ])
  func contradictions(_ change: (String, String), _ message: String) throws {
    try inTable { command in
      try command.write(Self.file(change), to: "bad.yaml")
      let refused = try command.hpo("train", "--config", "bad.yaml")
      // The path is that of the study file's folder.
      let errors = refused.errors.replacing(command.folder.path + "/", with: "")
      #expect(refused.status != 0 && errors.contains(message), "\(refused.errors)")
    }
  }

  @Test("tells an option that is mistyped, and that a program is no network")
  func mistakes() throws {
    try inTable { command in
      let mistyped = try command.hpo("train", "--cofig", "table.yaml")
      #expect(mistyped.status == 64 && mistyped.errors.contains("--cofig"), "\(mistyped.errors)")
      let setting = try command.hpo("train", "--config", "table.yaml", "--epochs", "3")
      #expect(setting.status == 64 && setting.errors.contains("is set by --set epochs=VALUE"), "\(setting.errors)")
      let negative = try command.hpo("train", "--config", "table.yaml", "--seed", "-1")
      #expect(negative.errors.contains("'-1' is invalid"), "\(negative.errors)")
      try command.write(
        "direction: minimize\nobjective: {command: 'echo 1'}\nspace: {x: {float: 0..1}}\n", to: "program.yaml")
      let program = try command.hpo("train", "--config", "program.yaml")
      #expect(program.status == 64 && program.errors.contains("the objective is a program"), "\(program.errors)")
    }
  }

  @Test("does not write over the checkpoint of another process that trains the same file")
  func twoProcesses() throws {
    try inTable { command in
      let first = try command.start(
        "hpo", ["train", "--config", "table.yaml", "--set", "epochs=1000000", "--output", "m.hpo"])
      try first.waitForErrorLines(2)
      let second = try command.hpo("train", "--config", "table.yaml", "--output", "m.hpo")
      #expect(second.status == 64 && second.errors.contains("another process trains"), "\(second.errors)")
      try command.succeed("train", "--config", "table.yaml", "--output", "n.hpo")
      first.send(SIGINT)
      #expect(try first.wait().status == 130)
      try command.succeed("train", "--config", "table.yaml", "--output", "m.hpo", "--restart")
      let files = try FileManager.default.contentsOfDirectory(atPath: command.folder.path)
      #expect(!files.contains { $0.hasSuffix(".lock") || $0.hasSuffix(".checkpoint") }, "\(files)")
    }
  }
}
