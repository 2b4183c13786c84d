import Foundation
import HPO

/// A new file that a result is written to piece by piece; it has its name once it is whole.
struct OutputFile {
  private let path: String
  private let draft: String
  private let handle: FileHandle

  /// - Throws: `StorageError.inaccessible` where none can be made.
  init(_ path: String) throws {
    self.path = path
    draft = RegularFile.draftPath(of: path)
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.failure(path, String(cString: strerror(errno))) }
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// Adds a text.
  ///
  /// - Throws: `StorageError.inaccessible`.
  func write(_ text: String) throws {
    do { try handle.write(contentsOf: Data(text.utf8)) } catch { throw Self.failure(path, error.localizedDescription) }
  }

  /// Ends the file, which is on the disk then and has its name.
  ///
  /// - Throws: `StorageError.inaccessible`.
  func close() throws {
    do {
      try handle.synchronize()
      try handle.close()
    } catch {
      throw Self.failure(path, error.localizedDescription)
    }
    guard rename(draft, path) == 0 else { throw Self.failure(path, String(cString: strerror(errno))) }
  }

  /// Removes what was written of a result that could not be finished.
  func remove() { unlink(draft) }

  private static func failure(_ path: String, _ reason: String) -> StorageError {
    StorageError(.inaccessible, "the file '\(path)' cannot be written: \(reason)")
  }
}
