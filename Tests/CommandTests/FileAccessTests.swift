import Foundation
import TestSupport
import Testing

/// Databases that may not be written, and such that go while they are used.
@Suite(.on(.commands)) struct FileAccessTests {
  private static let setpriv = "/usr/bin/setpriv"

  /// Runs `hpo` as somebody who may not write everything: as nobody where the tests run as root, whom no permission binds.
  private func run(_ command: Command, _ program: URL, _ arguments: String...) throws -> Command.Result {
    let asRoot = geteuid() == 0
    let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", program.path]
    return try Running(
      program: asRoot ? URL(fileURLWithPath: Self.setpriv) : program, arguments: (asRoot ? nobody : []) + arguments,
      folder: command.folder, environment: [:]
    ).wait()
  }

  @Test(
    "a file that may not be written can be read, and what would write it says why it fails and changes nothing",
    .enabled(if: geteuid() != 0 || FileManager.default.isExecutableFile(atPath: setpriv)))
  func readOnly() throws {
    try Command.inFolder { command in
      let manager = FileManager.default
      // Somebody else may not come to where the program was built.
      let program = command.folder.appendingPathComponent("hpo")
      try manager.copyItem(at: Command.products.appendingPathComponent("hpo"), to: program)
      let data = command.folder.appendingPathComponent("data")
      try manager.createDirectory(at: data, withIntermediateDirectories: true)
      try command.succeed("study", "create", "--study", "s", "--storage", "data/s.db")
      try command.succeed("enqueue", "--study", "s", "--params", #"{"x": 0.5}"#, "--storage", "data/s.db")
      let file = data.appendingPathComponent("s.db")
      try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: command.folder.path)
      try manager.setAttributes([.posixPermissions: 0o444], ofItemAtPath: file.path)
      try manager.setAttributes([.posixPermissions: 0o555], ofItemAtPath: data.path)
      defer { try? manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: data.path) }
      let before = try Data(contentsOf: file)

      let listed = try run(command, program, "trials", "--storage", "data/s.db")
      #expect(listed.status == 0 && listed.output.contains("WAITING"), "\(listed.errors)")
      let refused = [
        try run(
          command, program, "optimize", "--study", "s", "--trials", "3", "--float", "x=0..1", "--storage", "data/s.db",
          "--", "true"),
        try run(command, program, "trial", "annotate", "0", "look", "--storage", "data/s.db"),
        try run(command, program, "study", "delete", "--study", "s", "--yes", "--storage", "data/s.db"),
      ]
      for result in refused {
        #expect(result.status == 1 && result.errors.contains("data/s.db"), "\(result.errors)")
        #expect(result.errors.contains("check the permissions"), "\(result.errors)")
      }
      #expect(try Data(contentsOf: file) == before)
      #expect(try manager.contentsOfDirectory(atPath: data.path) == ["s.db"])
    }
  }

  @Test("a folder that goes while a search runs ends it with an error that names the file", arguments: [false, true])
  func goneFolder(comesBack: Bool) throws {
    try Command.inFolder { command in
      let manager = FileManager.default
      let data = command.folder.appendingPathComponent("data")
      try manager.createDirectory(at: data, withIntermediateDirectories: true)
      let script = "echo started >> started; while ! test -e go; do sleep 0.01; done; echo '{\"value\": 1}'"
      let running = try command.start(
        "hpo",
        [
          "optimize", "--study", "s", "--trials", "3", "--float", "x=0..1", "--storage", "data/s.db", "--", "sh", "-c",
          script,
        ])
      let started = command.folder.appendingPathComponent("started").path
      while !manager.fileExists(atPath: started), running.process.isRunning { usleep(2000) }
      try manager.removeItem(at: data)
      if comesBack { try manager.createDirectory(at: data, withIntermediateDirectories: true) }
      try command.write("", to: "go")
      let result = try running.wait()
      #expect(result.status == 1, "\(result.errors)\(result.output)")
      #expect(result.errors.contains("'data/s.db' was moved or deleted"), "\(result.errors)")
      #expect(!manager.fileExists(atPath: data.appendingPathComponent("s.db").path))
      #expect(try String(contentsOfFile: started, encoding: .utf8) == "started\n", "no further trial was evaluated")
      let again = try command.hpo("trials", "--storage", "data/s.db")
      #expect(again.status == 1 && again.errors.contains("there is no study database 'data/s.db'"), "\(again.errors)")
    }
  }
}
