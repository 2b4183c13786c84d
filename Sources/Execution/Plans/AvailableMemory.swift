import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The memory that this process can still get: what the system counts as available, within the limits of the process's
/// control groups.
///
/// A process that takes more is ended by the system without a word, and with it all trainings in it; so what takes much asks
/// first.
package enum AvailableMemory {
  /// The bytes below which nobody asks.
  private static let leastCount = 64 << 20

  /// Held from the question until the memory is written to, and so counted: two trainings must not be promised the same.
  private static let lock = Mutex(())

  /// Takes memory where there is as much.
  ///
  /// - Parameters:
  ///   - bytes: The bytes that `take` takes and writes to.
  ///   - needs: What needs them and how many, as in "the values of a step".
  ///   - wayOut: What to do where there are not as many.
  ///   - take: Takes the memory.
  /// - Throws: `ExecutionError` of code `outOfMemory`; what `take` throws.
  package static func taking<Result>(
    bytes: Int, for needs: String, wayOut: String, _ take: () throws -> Result
  ) throws -> Result {
    guard bytes >= leastCount else { return try take() }
    return try lock.withLock { _ in
      try require(bytes: bytes, of: byteCount(), for: needs, wayOut: wayOut)
      return try take()
    }
  }

  /// Refuses what cannot fit.
  ///
  /// - Parameter available: The bytes there are; nil where the system does not tell.
  /// - Throws: `ExecutionError` of code `outOfMemory`.
  package static func require(
    bytes: Int, of available: Int? = byteCount(), for needs: String, wayOut: String
  ) throws(ExecutionError) {
    guard bytes >= leastCount, let available, bytes > available else { return }
    throw ExecutionError(
      .outOfMemory,
      "\(needs) take \(gibibytes(bytes)) GiB of memory, and \(gibibytes(available)) are available, besides what this and "
        + "other processes have taken; \(wayOut)")
  }

  /// The bytes that are available now; nil where the system does not tell.
  package static func byteCount() -> Int? {
    var count = systemByteCount()
    for limit in ControlGroups.available() { count = min(count ?? limit, limit) }
    return count
  }

  private static func systemByteCount() -> Int? {
    if let text = text(of: "/proc/meminfo"), let kibibytes = number(after: "MemAvailable:", in: text) {
      return kibibytes * 1024
    }
    let (pages, size) = (sysconf(Int32(_SC_PHYS_PAGES)), sysconf(Int32(_SC_PAGESIZE)))
    return pages > 0 && size > 0 ? pages * size : nil
  }

  /// The number behind a word at the beginning of a line.
  static func number(after word: String, in text: String) -> Int? {
    for line in text.split(separator: "\n") where line.hasPrefix(word) {
      return line.dropFirst(word.count).split(separator: " ").first.flatMap { Int($0) }
    }
    return nil
  }

  /// The text of a small file of the system's; nil where there is none.
  static func text(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(descriptor, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }

  /// Rounded up to tenths.
  private static func gibibytes(_ bytes: Int) -> String {
    let tenths = bytes / 107_374_182 + 1
    return "\(tenths / 10).\(tenths % 10)"
  }
}

/// The limits of Linux's control groups, of both versions.
enum ControlGroups {
  /// What the groups of this process and the groups above them leave, in bytes; nothing where there are no limits.
  ///
  /// - Parameters:
  ///   - text: Reads a file; nil where there is none.
  ///   - root: Where the groups are mounted.
  static func available(
    root: String = "/sys/fs/cgroup", text: (String) -> String? = AvailableMemory.text
  ) -> [Int] {
    guard let groups = text("/proc/self/cgroup") else { return [] }
    return groups.split(separator: "\n").flatMap { line -> [Int] in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return [] }
      let names: (folder: String, limit: String, usage: String, cache: String)
      if parts[1].isEmpty {
        names = (root, "memory.max", "memory.current", "inactive_file ")
      } else if parts[1].split(separator: ",").contains("memory") {
        names = ("\(root)/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ")
      } else {
        return []
      }
      return folders(from: String(parts[2]), in: names.folder).compactMap { folder -> Int? in
        guard let limit = text("\(folder)/\(names.limit)").flatMap(whole),
          let usage = text("\(folder)/\(names.usage)").flatMap(whole)
        else { return nil }
        // What is kept of files gives way.
        let cache = text("\(folder)/memory.stat").flatMap { AvailableMemory.number(after: names.cache, in: $0) } ?? 0
        return max(0, limit - max(0, usage - cache))
      }
    }
  }

  /// A group's folder and those of all groups above it.
  private static func folders(from path: String, in root: String) -> [String] {
    var folders = [root]
    for part in path.split(separator: "/") { folders.append("\(folders[folders.count - 1])/\(part)") }
    return folders
  }

  /// The number that a file consists of; nil for the word `max`.
  private static func whole(_ text: String) -> Int? { Int(text.prefix { $0.isNumber }) }
}
