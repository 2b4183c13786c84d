import Foundation

/// A folder for what is compiled, which is gone with the value: `hpo-verify-PROCESS-…` among the temporary files.
final class ScratchFolder {
  private static let prefix = "hpo-verify-"

  /// The folder.
  let url: URL

  /// Makes a folder, and removes those that processes which were killed left ten minutes ago and more: a process that is not
  /// seen from here, in another container, is not so slow.
  ///
  /// - Throws: `VerificationError` that names the folder which cannot be made.
  init() throws {
    Self.remove(unusedFor: 600) { kill($0, 0) != 0 && errno == ESRCH }
    url = FileManager.default.temporaryDirectory.appending(path: "\(Self.prefix)\(getpid())-\(UUID().uuidString)")
    // Nobody else may put files beside the program that is run.
    guard mkdir(url.path, 0o700) == 0 else {
      throw VerificationError(
        "the folder \(url.path), to compile the C source in, cannot be made: \(String(cString: strerror(errno))); the "
          + "variable TMPDIR names the folder for temporary files")
    }
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Calls `body`; a signal that ends the process removes the folders of this process first.
  static func cleaningUp<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Termination.calling({ remove { $0 == getpid() } }, during: body)
  }

  private static func remove(unusedFor age: TimeInterval = 0, ofProcess isRemoved: (pid_t) -> Bool) {
    let folder = FileManager.default.temporaryDirectory
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
      guard name.hasPrefix(prefix),
        let process = name.dropFirst(prefix.count).split(separator: "-").first.flatMap({ pid_t($0) }), process > 0,
        isRemoved(process)
      else { continue }
      let path = folder.appending(path: name).path
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      if age > 0, let date = attributes?[.modificationDate] as? Date, date.timeIntervalSinceNow > -age { continue }
      try? FileManager.default.removeItem(atPath: path)
    }
  }
}

/// Why the C source of a model could be neither run nor judged.
struct VerificationError: Error, CustomStringConvertible {
  /// What failed, where, and what helps.
  let description: String

  init(_ description: String) { self.description = description }
}
