import Trials

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Which process on which machine runs a trial, told apart from every other one: process numbers are given out again,
/// so the boot, the namespace of process numbers and the start time belong to it.
public struct ProcessIdentity: Sendable, Hashable {
  /// The name of the host with the identity of its installation.
  public var host: String
  /// The boot of the host, with the namespace of its process numbers.
  public var boot: String
  /// The process number.
  public var process: Int32
  /// When the process started, in clock ticks since the boot.
  public var startTime: Int64

  /// Makes an identity of its parts.
  public init(host: String, boot: String, process: Int32, startTime: Int64) {
    self.host = host
    self.boot = boot
    self.process = process
    self.startTime = startTime
  }

  /// The process that runs this code.
  public static let current = ProcessIdentity(
    host: currentHost, boot: currentBoot, process: getpid(), startTime: startTime(of: getpid()) ?? 0)

  /// What is known of a process from here.
  package enum Life {
    /// It runs, as far as the system tells.
    case running
    /// It has ended while its computer ran on.
    case ended
    /// Its computer was started anew since, or it was no process but somebody whose time to tell a result is over.
    case endedWithComputer
    /// It belongs to another host, or to another container of this one, which cannot be seen from here.
    case elsewhere
  }

  /// What is known of the process.
  package var life: Life {
    let here = ProcessIdentity.current
    if self == here { return .running }
    if isAsker { return expiry.map { $0 <= .now } ?? false ? .endedWithComputer : .elsewhere }
    guard host == here.host else { return .elsewhere }
    let (bootID, namespace) = Self.split(boot)
    let (bootHere, namespaceHere) = Self.split(here.boot)
    if bootID != bootHere { return .endedWithComputer }
    guard namespace == namespaceHere else { return .elsewhere }
    if kill(process, 0) == -1, errno == ESRCH { return .ended }
    // Another user's process may be hidden; where there is no start time, the number alone says that it lives.
    return Self.startTime(of: process).map { $0 != startTime } ?? false ? .ended : .running
  }

  /// Whether the process is known to have ended. A process of another host, or of another container of this one, and one
  /// that the system does not tell about are not known to have ended.
  public var hasEnded: Bool {
    switch life {
    case .ended, .endedWithComputer: true
    case .running, .elsewhere: false
    }
  }

  private static func split(_ boot: String) -> (boot: Substring, namespace: Substring?) {
    let parts = boot.split(separator: "/", maxSplits: 1)
    return (parts.first ?? "", parts.dropFirst().first)
  }

  private static let currentHost: String = {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    let text = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    // Names of hosts are not unique, above all in clusters and containers.
    let machine = read("/etc/machine-id")?.prefix { !$0.isWhitespace } ?? ""
    return "\(text)/\(machine)"
  }()

  private static let currentBoot: String = {
    let boot = read("/proc/sys/kernel/random/boot_id")?.prefix { !$0.isWhitespace } ?? ""
    var link = [CChar](repeating: 0, count: 64)
    let length = readlink("/proc/self/ns/pid", &link, link.count - 1)
    let namespace = String(decoding: link.prefix(max(0, length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return "\(boot)/\(namespace)"
  }()

  /// The start time of a process, -1 for one that has ended but is still listed, nil where nothing is told about it.
  private static func startTime(of process: Int32) -> Int64? {
    // The command's name, in parentheses, may itself contain blanks and parentheses.
    guard let stat = read("/proc/\(process)/stat"), let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 19 else { return nil }
    return fields[0] == "Z" || fields[0] == "X" ? -1 : Int64(fields[19])
  }

  private static func read(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
