public import Trials

extension ProcessIdentity {
  private static let askersHost = "asked"

  /// The owner of a trial that somebody asked for, and whose result is told at any time by another process.
  ///
  /// - Parameter expiry: When the trial is given up, to be run again; nil for never.
  public static func asker(until expiry: Timestamp? = nil) -> ProcessIdentity {
    ProcessIdentity(host: askersHost, boot: "", process: 0, startTime: expiry.map { max(1, $0.microseconds) } ?? 0)
  }

  /// Whether no process runs the trial, but somebody is going to tell its result.
  public var isAsker: Bool { host == Self.askersHost }

  /// When an asked trial is given up; nil for never, and for the owners of other trials.
  public var expiry: Timestamp? { isAsker && startTime > 0 ? Timestamp(microseconds: startTime) : nil }
}

extension ProcessIdentity {
  /// The seconds without a heartbeat after which the owner of a trial on another host is taken for dead.
  public static let heartbeatGrace = 120.0

  /// Whether a process that is seen by its heartbeats alone is taken for dead.
  ///
  /// - Parameters:
  ///   - last: When its last heartbeat was, or where there was none when it started the trial; nil where nobody knows.
  ///   - now: The present moment.
  package func isSilent(since last: Timestamp?, at now: Timestamp) -> Bool {
    !isAsker && last.map { now.seconds(since: $0) > Self.heartbeatGrace } ?? false
  }

  /// The name of the host without the identity of its installation.
  public var hostName: String { host.split(separator: "/").first.map(String.init) ?? host }
}
