import Foundation
import TestSupport
import Testing

@Suite("make install", .on(.commands)) struct InstallTests {
  /// Runs a target of the Makefile on what is built already.
  private func make(_ target: String, _ command: Command, _ variables: [String]) throws -> Command.Result {
    try Running(
      program: URL(filePath: "/usr/bin/env"),
      arguments: [
        "make", "--directory", Command.package.path, target, "SWIFT_BUILD=true",
        "HPO=\(Command.products.appendingPathComponent("hpo").path)",
      ] + variables, folder: command.folder, environment: [:]
    ).wait()
  }

  @Test("the program is put where it is asked for, works there by itself, and is taken away again")
  func installs() throws {
    try Command.inFolder { command in
      let prefix = command.folder.appendingPathComponent("with space/local")
      for variables in [
        ["PREFIX=\(prefix.path)"], ["DESTDIR=\(command.folder.path)/with space", "PREFIX=/local"],
      ] {
        let installed = try make("install", command, variables)
        try #require(installed.status == 0, "\(installed.errors)\(installed.output)")
        let program = prefix.appendingPathComponent("bin/hpo")
        #expect(FileManager.default.isExecutableFile(atPath: program.path))
        let version = try Running(program: program, arguments: ["--version"], folder: command.folder, environment: [:])
        #expect(try version.wait().output == command.hpo("--version").output)
        let arguments = [
          "optimize", "--study", "s", "--trials", "1", "--float", "x=0..1", "--", "echo", "{\"value\": {x}}",
        ]
        let run = try Running(program: program, arguments: arguments, folder: command.folder, environment: [:]).wait()
        #expect(run.status == 0, "\(run.errors)")
        #expect(try make("uninstall", command, variables).status == 0)
        #expect(!FileManager.default.fileExists(atPath: program.path))
      }
    }
  }
}
