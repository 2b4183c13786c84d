import Foundation
import TestSupport
import Testing

/// The README says nothing that does not work.
@Suite(.on(.commands)) struct ReadmeTests {
  private let text: String

  init() throws {
    text = try String(contentsOf: Command.package.appendingPathComponent("README.md"), encoding: .utf8)
  }

  /// The contents of the blocks in a language.
  private func blocks(_ language: String) -> [String] {
    text.components(separatedBy: "```\(language)\n").dropFirst().compactMap { $0.components(separatedBy: "```").first }
  }

  private func file(_ path: String) throws -> String {
    try String(contentsOf: Command.package.appendingPathComponent(path), encoding: .utf8)
  }

  @Test("every command of the README runs")
  func commands() throws {
    let lines = blocks("sh").joined().split(separator: "\n").filter { $0.hasPrefix("hpo ") }
    #expect(lines.count >= 10)
    try Command.inFolder { command in
      try FileManager.default.createSymbolicLink(
        at: command.folder.appendingPathComponent("Configs"),
        withDestinationURL: Command.package.appendingPathComponent("Configs"))
      for line in lines {
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", String(line) + " > output 2>&1"]
        shell.currentDirectoryURL = command.folder
        shell.environment = ["PATH": "\(Command.products.path):/usr/bin:/bin"]
        try shell.run()
        shell.waitUntilExit()
        let output = try String(contentsOf: command.folder.appendingPathComponent("output"), encoding: .utf8)
        #expect(shell.terminationStatus == 0, "\(line): \(output)")
      }
    }
  }

  @Test("the study file and the Swift study in the README are those in the repository")
  func listings() throws {
    #expect(blocks("yaml") == [try file("Configs/digits-mlp.yaml")])
    #expect(blocks("swift").first == (try file("Studies/Quadratic/main.swift")))
  }

  @Test("every file that the README links to exists")
  func links() throws {
    let targets = text.components(separatedBy: "](").dropFirst().compactMap { $0.components(separatedBy: ")").first }
    #expect(targets.count >= 8)
    for target in targets where !target.hasPrefix("http") && !target.hasPrefix("#") {
      #expect(FileManager.default.fileExists(atPath: Command.package.appendingPathComponent(target).path), "\(target)")
    }
  }

  @Test("the README names every study file")
  func configs() throws {
    for name in try FileManager.default.contentsOfDirectory(
      atPath: Command.package.appendingPathComponent("Configs").path)
    {
      #expect(text.contains("Configs/\(name)"))
    }
  }
}
