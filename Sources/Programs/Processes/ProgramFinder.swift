#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

import Foundation

/// Finds the file that a command names.
package enum ProgramFinder {
  /// The path of a program: along `PATH` for a plain name, and from the working folder for a relative path.
  ///
  /// - Throws: `ProgramError.notFound`, `notExecutable`.
  package static func path(of name: String, folder: String?, searchPath: String?) throws(ProgramError) -> String {
    guard !name.isEmpty else { throw ProgramError(.notFound, "the command is empty; give a program and its arguments") }
    if name.contains("/") {
      let path = name.hasPrefix("/") || folder == nil ? name : "\(folder ?? ".")/\(name)"
      try check(path, name: name)
      return absolute(path)
    }
    var refused: ProgramError?
    for part in (searchPath ?? "/usr/bin:/bin").split(separator: ":", omittingEmptySubsequences: false) {
      let path = part.isEmpty ? name : "\(part)/\(name)"
      do throws(ProgramError) {
        try check(path, name: name)
        return absolute(path)
      } catch {
        if error.code == .notExecutable { refused = refused ?? error }
      }
    }
    if let refused { throw refused }
    let isHere = FileManager.default.fileExists(atPath: "\(folder ?? ".")/\(name)")
    throw ProgramError(
      .notFound,
      "there is no program '\(name)' in the folders of PATH" + (isHere ? "; the one here is started by ./\(name)" : ""))
  }

  /// The path from the root, as the program is started from another folder.
  private static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
  }

  private static func check(_ path: String, name: String) throws(ProgramError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw ProgramError(.notFound, "there is no program '\(name)'\(path == name ? "" : " (\(path))")")
    }
    guard !isFolder.boolValue, access(path, X_OK) == 0 else {
      throw ProgramError(
        .notExecutable,
        "'\(name)' is \(isFolder.boolValue ? "a folder" : "not marked as executable")\(path == name ? "" : " (\(path))")"
          + (isFolder.boolValue
            ? "" : "; `chmod +x \(path)` marks it, or name the program that runs it, as in python3 \(name)"))
    }
  }
}
