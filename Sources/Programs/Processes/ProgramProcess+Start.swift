import CProcess
import Foundation
import StudyEngine

extension ProgramProcess {
  /// Starts a program in a session of its own, with the ends of its pipes.
  ///
  /// - Returns: The number of the process.
  static func start(
    path: String, arguments: [String], environment: [String: String], folder: String?, grace: Duration,
    lock: PathLock?, input: Descriptor, output: Descriptor, errors: Descriptor
  ) throws(ProgramError) -> pid_t {
    let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    var failure = HPO_STARTED
    let (process, code) = withCStrings(arguments) { arguments in
      withCStrings(variables) { variables in
        path.withCString { path in
          func start(_ folder: UnsafePointer<CChar>?) -> (pid_t, CInt) {
            var program = hpo_program(
              path: path, arguments: arguments, environment: variables, folder: folder, input: input.number,
              output: output.number, errors: errors.number, guard: Guard.socket,
              grace: CInt(clamping: grace.nanoseconds / 1_000_000), lock: lock?.descriptor ?? -1)
            let process = hpo_start_program(&program, &failure)
            return (process, errno)
          }
          return folder?.withCString(start) ?? start(nil)
        }
      }
    }
    guard process > 0 else { throw error(failure, code, path: path, folder: folder) }
    return process
  }

  private static func error(
    _ failure: hpo_start_failure, _ code: CInt, path: String, folder: String?
  ) -> ProgramError {
    switch failure {
    case HPO_NO_FOLDER:
      ProgramError(.notFound, "the command cannot run in the folder '\(folder ?? ".")': \(systemMessage(code))")
    case HPO_NO_PROGRAM where code == ENOEXEC:
      ProgramError(
        .notExecutable, "'\(path)' is no program; begin a script with a line such as #!/bin/sh, or name what runs it")
    case HPO_NO_PROGRAM:
      ProgramError(.notExecutable, "'\(path)' cannot be started: \(systemMessage(code))")
    default:
      ProgramError(.systemFailure, "the system refuses another process: \(systemMessage(code))")
    }
  }
}

/// Calls `body` with the texts as C has them, ended by NULL.
private func withCStrings<Result>(
  _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  let copies = texts.map { strdup($0) } + [nil]
  defer { for copy in copies { free(copy) } }
  return copies.withUnsafeBufferPointer { buffer in
    guard let base = buffer.baseAddress else { preconditionFailure("the list ends with NULL") }
    return body(base)
  }
}
