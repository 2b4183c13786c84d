import Foundation

/// What a result is written to before it has its name: `NAME.PROCESS.tmp`, and `NAME.PROCESS.NUMBER.partial` with its
/// journals where it is a database.
struct OutputDrafts: Sendable {
  private let folder: String
  private let prefix: String

  /// - Parameter path: The file of the result.
  init(of path: String) {
    let file = URL(filePath: path)
    folder = file.deletingLastPathComponent().path
    prefix = file.lastPathComponent + "."
  }

  /// Calls `body`, which writes the result, without what processes have left that were killed over the same one. Ctrl-C and
  /// `kill` take away what is written, and end the process.
  func cleaningUp<Result>(_ body: () throws -> Result) rethrows -> Result {
    remove { kill($0, 0) != 0 && errno == ESRCH }
    return try Termination.calling({ remove { $0 == getpid() } }, during: body)
  }

  private func remove(ofProcess isRemoved: (pid_t) -> Bool) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasPrefix(prefix) {
      let parts = name.dropFirst(prefix.count).split(separator: ".", omittingEmptySubsequences: false)
      guard let process = parts.first.flatMap({ pid_t($0) }), process > 0 else { continue }
      let isDraft =
        parts.count == 2 && parts[1] == "tmp"
        || parts.count == 3 && parts[2].hasPrefix("partial") && UInt32(parts[1]) != nil
      if isDraft, isRemoved(process) { unlink("\(folder)/\(name)") }
    }
  }
}
