import Foundation
import HPO
import Programs

/// The compiler `cc` of the machine.
struct CCompiler {
  /// What a program left behind.
  struct Outcome {
    /// Why it failed; nil where it ended with status 0.
    let failure: String?
    /// What it wrote to standard output.
    let output: Data
    /// What it wrote to standard error, without blank space around it.
    let errors: String
  }

  /// Where the compiler is.
  let path: String

  private static let flags = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror"]

  /// The compiler; nil where there is none in the folders of `PATH`.
  ///
  /// - Throws: `ProgramError` where there is one that may not be run; `VerificationError` where it does not make programs
  ///   that run.
  static func find() throws -> CCompiler? {
    let path: String
    do {
      path = try ProgramFinder.path(
        of: "cc", folder: nil, searchPath: ProcessInfo.processInfo.environment["PATH"])
    } catch  where error.code == .notFound { return nil }
    let compiler = CCompiler(path: path)
    try compiler.requireWorking()
    return compiler
  }

  /// Compiles and runs a program that does nothing, so that what fails later is the fault of what is compiled.
  private func requireWorking() throws {
    let folder = try ScratchFolder()
    let compiled = try compile("int main(void)\n{\n    return 0;\n}\n", to: "probe", in: folder.url)
    if let failure = compiled.failure {
      throw VerificationError(
        "the C compiler \(path) cannot compile an empty program (\(failure))"
          + (compiled.errors.isEmpty ? "" : ":\n\(compiled.errors)"))
    }
    let program = folder.url.appending(path: "probe").path
    let run: Outcome
    do { run = try Self.run(program, [], in: folder.url) } catch {
      throw VerificationError(
        "\(error); where programs in this folder may not be run, TMPDIR names another one for temporary files")
    }
    if let failure = run.failure {
      throw VerificationError("an empty program that the C compiler \(path) made fails (\(failure)): \(run.errors)")
    }
  }

  /// Compiles a program.
  ///
  /// - Parameters:
  ///   - source: Its text in C99.
  ///   - name: The program, and with the ending `.c` its source.
  ///   - folder: Where both are, and what the source includes.
  /// - Throws: `VerificationError` where nothing can be written or the compiler cannot be started.
  func compile(_ source: String, to name: String, in folder: URL) throws -> Outcome {
    try Self.write(Data(source.utf8), to: folder.appending(path: "\(name).c"))
    return try Self.run(path, Self.flags + ["-o", name, "\(name).c", "-lm"], in: folder)
  }

  /// Writes a file.
  static func write(_ data: Data, to file: URL) throws {
    do { try data.write(to: file) } catch {
      throw VerificationError("\(file.path) cannot be written: \(error.localizedDescription)")
    }
  }

  /// Runs a program to its end.
  ///
  /// - Parameters:
  ///   - program: Its path.
  ///   - arguments: What it is called with.
  ///   - folder: Where it runs.
  ///   - input: What it reads; nil for nothing.
  /// - Throws: `VerificationError` where it cannot be started.
  static func run(_ program: String, _ arguments: [String], in folder: URL, input: URL? = nil) throws -> Outcome {
    let (output, errors) = (folder.appending(path: "output"), folder.appending(path: "errors"))
    for file in [output, errors] { try write(Data(), to: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    do {
      process.standardInput = try input.map { try FileHandle(forReadingFrom: $0) } ?? FileHandle.nullDevice
      process.standardOutput = try FileHandle(forWritingTo: output)
      process.standardError = try FileHandle(forWritingTo: errors)
      try process.run()
    } catch {
      throw VerificationError("\(program) cannot be started: \(error.localizedDescription)")
    }
    process.waitUntilExit()
    let failure: String? =
      switch (process.terminationReason, process.terminationStatus) {
      case (.exit, 0): nil
      case (.exit, let status): "exit status \(status)"
      case (_, let signal): "ended by signal \(signal)"
      }
    do {
      return Outcome(
        failure: failure, output: try Data(contentsOf: output),
        errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self).trimmingCharacters(
          in: .whitespacesAndNewlines))
    } catch {
      throw VerificationError("what \(program) wrote cannot be read: \(error.localizedDescription)")
    }
  }
}
