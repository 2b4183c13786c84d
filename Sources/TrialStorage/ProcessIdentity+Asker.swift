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
  /// The name of the host without the identity of its installation.
  public var hostName: String { host.split(separator: "/").first.map(String.init) ?? host }
}
