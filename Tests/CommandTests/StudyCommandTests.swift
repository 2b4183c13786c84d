import Foundation
import TestSupport
import Testing

@Suite(.on(.commands)) struct StudyCommandTests {
  @Test("a study is created, listed, shown and deleted")
  func life() throws {
    try Command.inFolder { command in
      try command.succeed("study", "create", "--study", "one", "--direction", "minimize")
      try command.succeed("study", "create", "--study", "two", "--direction", "minimize", "--direction", "maximize")
      let list = try #require(try command.json("study", "list") as? [[String: Any]])
      #expect(list.map { $0["name"] as? String } == ["one", "two"])
      #expect(list.map { $0["directions"] as? [String] } == [["minimize"], ["minimize", "maximize"]])
      let shown = try #require(try command.json("study", "show", "--study", "two") as? [String: Any])
      #expect(shown["trials"] as? Int == 0)
      try command.succeed("study", "delete", "--study", "one")
      #expect((try command.json("study", "list") as? [Any])?.count == 1)
    }
  }

  @Test("a name that exists is an error, or loaded where asked")
  func existing() throws {
    try Command.inFolder { command in
      try command.succeed("study", "create", "--study", "one")
      let second = try command.hpo("study", "create", "--study", "one")
      #expect(second.status == 1 && second.errors.contains("a study 'one' already"))
      try command.succeed("study", "create", "--study", "one", "--if-exists", "load")
    }
  }

  @Test("an unknown study is an error that names those there are")
  func unknown() throws {
    try Command.inFolder { command in
      try command.succeed("study", "create", "--study", "one")
      let result = try command.hpo("best", "--study", "on")
      #expect(result.status == 1 && result.errors.contains("no study 'on'") && result.errors.contains("'one'"))
    }
  }

  @Test("reading a database that is not there makes none")
  func missingDatabase() throws {
    try Command.inFolder { command in
      let result = try command.hpo("study", "list", "--storage", "absent.db")
      #expect(result.status == 1 && result.errors.contains("absent.db"))
      #expect(!FileManager.default.fileExists(atPath: command.folder.appendingPathComponent("absent.db").path))
    }
  }

  @Test("the storage comes from the option, the environment's word, or hpo.db")
  func location() throws {
    try Command.inFolder { command in
      try command.succeed("storage", "init", "--storage", "sqlite:///other.db")
      try command.succeed("storage", "init")
      let files = try FileManager.default.contentsOfDirectory(atPath: command.folder.path)
      #expect(files.contains("other.db") && files.contains("hpo.db"))
    }
  }

  @Test("a query reads and never writes")
  func query() throws {
    try Command.inFolder { command in
      try command.succeed("study", "create", "--study", "one")
      #expect(try command.count("SELECT count(*) AS n FROM studies") == 1)
      for sql in [
        "DELETE FROM studies", "INSERT INTO studies VALUES (9, 'x')", "DROP TABLE trials", "PRAGMA user_version = 3",
        "ATTACH 'x.db' AS x", "SELECT 1; DELETE FROM studies", "VACUUM",
      ] {
        let result = try command.hpo("query", sql)
        #expect(result.status == 1 && !result.errors.isEmpty, "\(sql) must be refused")
      }
      #expect(try command.count("SELECT count(*) AS n FROM studies") == 1)
      let wrong = try command.hpo("query", "SELECT nothing FROM studies")
      #expect(wrong.status == 1 && wrong.errors.contains("nothing"))
    }
  }

  @Test(
    "every command has help with an example",
    arguments: [
      [], ["study", "create"], ["study", "list"], ["study", "show"], ["study", "delete"], ["optimize"], ["trials"],
      ["best"], ["query"], ["storage", "init"],
    ])
  func help(path: [String]) throws {
    try Command.inFolder { command in
      let result = try command.start("hpo", path + ["--help"]).wait()
      #expect(result.status == 0 && result.output.contains("Example"), "\(path)")
      #expect(result.output.contains("hpo \(path.joined(separator: " "))"))
    }
  }

  @Test(
    "a mistyped command is answered with the nearest one",
    arguments: [(["optimise"], "'optimize'"), (["study", "lst"], "'list'"), (["storage", "make"], "init")])
  func mistypedCommand(arguments: [String], hint: String) throws {
    try Command.inFolder { command in
      let result = try command.start("hpo", arguments).wait()
      #expect(result.status == 64 && result.errors.contains(hint), "\(result.errors)")
    }
  }
}
