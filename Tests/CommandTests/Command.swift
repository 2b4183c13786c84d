import Foundation
import Testing

/// The built `hpo`, run as a user runs it, in a folder of its own.
struct Command {
  /// What a finished run left.
  struct Result {
    let status: Int32
    let output: String
    let errors: String
  }

  /// The folder that the commands run in.
  let folder: URL

  static let products = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent()
  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("hpo-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// Runs `body` with a fresh folder, which is gone afterwards.
  static func inFolder<Value>(_ body: (Command) throws -> Value) throws -> Value {
    let command = try Command()
    defer { try? FileManager.default.removeItem(at: command.folder) }
    return try body(command)
  }

  /// Starts a program without waiting for it.
  func start(
    _ program: String = "hpo", _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Running {
    try Running(
      program: Self.products.appendingPathComponent(program), arguments: arguments, folder: folder,
      environment: environment)
  }

  /// Runs `hpo` to its end.
  @discardableResult
  func hpo(_ arguments: String...) throws -> Result { try start("hpo", arguments).wait() }

  /// Runs `hpo` and expects success; returns its output.
  @discardableResult
  func succeed(_ arguments: String..., location: SourceLocation = #_sourceLocation) throws -> String {
    let result = try start("hpo", arguments).wait()
    #expect(
      result.status == 0, "hpo \(arguments.joined(separator: " ")): \(result.errors)\(result.output)",
      sourceLocation: location)
    return result.output
  }

  /// The JSON that `hpo … --format json` writes.
  func json(_ arguments: String..., location: SourceLocation = #_sourceLocation) throws -> Any {
    let result = try start("hpo", arguments + ["--format", "json"]).wait()
    #expect(result.status == 0, "\(result.errors)", sourceLocation: location)
    return try JSONSerialization.jsonObject(with: Data(result.output.utf8))
  }

  func write(_ text: String, to name: String) throws {
    try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
  }

  /// A folder whose only program is a compiler `cc` that does what a shell script says; without a script it is empty.
  func folderOfCompiler(_ script: String?) throws -> String {
    let place = folder.appendingPathComponent("compilers-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    if let script {
      let file = place.appendingPathComponent("cc")
      try "#!/bin/sh\n\(script)\n".write(to: file, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }
    return place.path
  }

  /// The first row of a query on the study database, as numbers.
  func count(_ sql: String) throws -> Int {
    let rows = try #require(try json("query", sql) as? [[String: Any]])
    return try #require(rows.first?.values.first as? Int)
  }
}

/// A program that runs, with its output collected in files so that it never waits for a reader.
final class Running {
  let process = Process()
  private let output: URL
  private let errors: URL

  init(program: URL, arguments: [String], folder: URL, environment: [String: String]) throws {
    let id = UUID().uuidString
    output = folder.appendingPathComponent("\(id).out")
    errors = folder.appendingPathComponent("\(id).err")
    for file in [output, errors] { try Data().write(to: file) }
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "HPO_STORAGE" }
      .merging(environment) { _, new in new }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
  }

  /// Waits for the end; a program that hangs is ended, and its test fails.
  func wait() throws -> Command.Result {
    let deadline = DispatchSource.makeTimerSource()
    deadline.schedule(deadline: .now() + 300)
    deadline.setEventHandler { [process] in kill(process.processIdentifier, SIGKILL) }
    deadline.resume()
    process.waitUntilExit()
    deadline.cancel()
    return Command.Result(
      status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: try String(contentsOf: output, encoding: .utf8), errors: try String(contentsOf: errors, encoding: .utf8))
  }

  /// Lets the program run until it has written at least so many lines to standard error.
  func waitForErrorLines(_ count: Int) throws {
    while process.isRunning {
      let text = try String(contentsOf: errors, encoding: .utf8)
      if text.split(separator: "\n").count >= count { return }
      usleep(2000)
    }
  }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }
}
