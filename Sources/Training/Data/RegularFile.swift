#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads whole files.
package enum RegularFile {
  /// The bytes of a regular file.
  ///
  /// - Throws: `DatasetError` of code `unreadableFile` where there is no such file, it is a folder, pipe or device, or
  ///   reading fails; of code `tooLarge` beyond `limit` bytes.
  package static func read(_ path: String, atMost limit: Int) throws(DatasetError) -> [UInt8] {
    // Opening a pipe would wait for its writer.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw DatasetError(.unreadableFile, "the file cannot be opened: \(lastError())", source: path)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw DatasetError(.unreadableFile, "the file cannot be examined: \(lastError())", source: path)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw DatasetError(.unreadableFile, "it is no regular file", source: path)
    }
    let size = Int(status.st_size)
    guard size <= limit else {
      throw DatasetError(.tooLarge, "the file has \(size) bytes, more than the limit of \(limit)", source: path)
    }

    var bytes = [UInt8](repeating: 0, count: size)
    var position = 0
    while position < size {
      let received = bytes.withUnsafeMutableBytes { buffer in
        pread(descriptor, buffer.baseAddress.map { $0 + position }, size - position, off_t(position))
      }
      if received < 0, errno == EINTR { continue }
      guard received > 0 else {
        throw DatasetError(
          .unreadableFile,
          received < 0 ? "the file cannot be read: \(lastError())" : "the file became shorter while it was read",
          source: path)
      }
      position += received
    }
    return bytes
  }

  /// Writes a file whole or not at all: to a new file beside it, which then takes its name.
  ///
  /// - Throws: `TrainingError` of code `fileFailure`; what was there before is then still there.
  package static func write(_ bytes: [UInt8], to path: String) throws(TrainingError) {
    let draft = try writeDraft(bytes, of: path)
    guard rename(draft, path) == 0 else {
      let reason = lastError()
      unlink(draft)
      throw TrainingError(.fileFailure, "\(path): the file cannot be written: \(reason)")
    }
  }

  /// Writes a new file beside the one that it is to become, and returns its path.
  private static func writeDraft(_ bytes: [UInt8], of path: String) throws(TrainingError) -> String {
    let draft = draftPath(of: path)
    func failure() -> TrainingError {
      TrainingError(.fileFailure, "\(path): the file cannot be written: \(lastError())")
    }
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure() }
    var isClosed = false
    func abandon() -> TrainingError {
      let error = failure()
      if !isClosed { close(descriptor) }
      unlink(draft)
      return error
    }
    var position = 0
    while position < bytes.count {
      let written = bytes.withUnsafeBytes { buffer in
        systemWrite(descriptor, buffer.baseAddress.map { $0 + position }, bytes.count - position)
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw abandon() }
      position += written
    }
    guard fsync(descriptor) == 0 else { throw abandon() }
    // The descriptor is free even where closing tells of a failure.
    isClosed = true
    guard close(descriptor) == 0 else { throw abandon() }
    return draft
  }

  /// What a file is written to before it has its name: `NAME.PROCESS.tmp`.
  package static func draftPath(of path: String) -> String { "\(path).\(getpid()).tmp" }

  /// Checks that `write` could write a file of some kilobytes, before the work whose result is to go there.
  ///
  /// - Throws: `TrainingError` of code `fileFailure`, as `write`.
  package static func requireWritable(_ path: String) throws(TrainingError) {
    guard !path.isEmpty else { throw TrainingError(.fileFailure, "the file to be written has no name") }
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "no regular file"
      throw TrainingError(.fileFailure, "\(path): the file cannot be written: it is \(kind)")
    }
    // A full disk takes a file, but nothing in it.
    unlink(try writeDraft(Array(repeating: 0, count: 1 << 16), of: path))
  }

  /// Whether there is something of that path.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The last part of a path, without its extension.
  static func name(of path: String) -> String {
    let last = path.split(separator: "/").last ?? ""
    guard let point = last.lastIndex(of: "."), point > last.startIndex else { return String(last) }
    return String(last[..<point])
  }

  private static func lastError() -> String {
    String(cString: strerror(errno))
  }
}

/// `write(2)`, under a name that a member called `write` does not hide.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
