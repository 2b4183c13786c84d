import Foundation

/// What results are written to before they have their names: `NAME.PROCESS.tmp`, and `NAME.PROCESS.NUMBER.partial` where it is a
/// database.
struct OutputDrafts: Sendable {
  private let folder: String
  private let isResult: @Sendable (String) -> Bool

  /// - Parameters:
  ///   - folder: Where the results are.
  ///   - isResult: Whether one of them has a name.
  init(in folder: String, of isResult: @escaping @Sendable (String) -> Bool) {
    (self.folder, self.isResult) = (folder, isResult)
  }

  /// - Parameter path: The file of the result.
  init(of path: String) {
    let file = URL(filePath: path)
    let name = file.lastPathComponent
    self.init(in: file.deletingLastPathComponent().path) { $0 == name }
  }

  /// Calls `body`, which writes the result, without what processes have left that were killed over the same one. Ctrl-C and
  /// `kill` take away what is written, and end the process.
  func cleaningUp<Result>(_ body: () throws -> Result) rethrows -> Result {
    removeAbandoned()
    return try Termination.calling({ remove { $0 == getpid() } }, during: body)
  }

  /// Removes what processes have left that were killed while they wrote.
  func removeAbandoned() { remove { kill($0, 0) != 0 && errno == ESRCH } }

  private func remove(ofProcess isRemoved: (pid_t) -> Bool) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      if let (result, process) = Self.origin(of: name), isResult(result), isRemoved(process) {
        unlink("\(folder)/\(name)")
      }
    }
  }

  /// The name of the result and the process that a draft is of; nil for what is no draft.
  private static func origin(of name: String) -> (result: String, process: pid_t)? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let ending =
      parts.last == "tmp"
      ? 2 : parts.last == "partial" && UInt32(parts.dropLast().last ?? "") != nil ? 3 : 0
    guard ending > 0, parts.count > ending, let process = pid_t(parts[parts.count - ending]), process > 0 else {
      return nil
    }
    return (parts.dropLast(ending).joined(separator: "."), process)
  }
}
