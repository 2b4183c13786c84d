#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads whole files.
enum RegularFile {
  /// The bytes of a regular file.
  ///
  /// - Throws: `DatasetError` of code `unreadableFile` where there is no such file, it is a folder, pipe or device, or
  ///   reading fails; of code `tooLarge` beyond `limit` bytes.
  static func read(_ path: String, atMost limit: Int) throws(DatasetError) -> [UInt8] {
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
