import CProcess

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The process that ends all programs of this one where this one is killed before it could.
enum Guard {
  private static let started: (socket: CInt, failure: CInt) = {
    let socket = hpo_start_guard()
    return (socket, socket < 0 ? errno : 0)
  }()

  /// The socket to it, or -1 where it could not be started, which `start()` tells.
  static var socket: CInt { started.socket }

  /// Starts it, while this process is still small.
  ///
  /// - Throws: `ProgramError` of code `systemFailure` where the system refuses one more process.
  static func start() throws(ProgramError) {
    guard started.socket < 0 else { return }
    throw ProgramError(
      .systemFailure,
      "the process that ends running programs should hpo be killed cannot be started: \(systemMessage(started.failure))"
    )
  }
}
