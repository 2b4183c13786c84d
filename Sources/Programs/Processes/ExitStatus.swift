#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How a program ended.
enum ExitStatus: Hashable, Sendable, CustomStringConvertible {
  case exited(CInt)
  case killed(CInt)

  /// - Parameter status: As `waitpid` gives it.
  init(status: CInt) {
    let signal = status & 0x7F
    self = signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal)
  }

  /// `exited with status 3`, `was killed by SIGKILL; …`.
  var description: String {
    switch self {
    case .exited(let status): return "exited with status \(status)"
    case .killed(let signal):
      let names = [
        SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGILL: "SIGILL", SIGINT: "SIGINT", SIGHUP: "SIGHUP",
        SIGKILL: "SIGKILL", SIGPIPE: "SIGPIPE", SIGSEGV: "SIGSEGV", SIGTERM: "SIGTERM", SIGXCPU: "SIGXCPU",
      ]
      let hint = signal == SIGKILL ? ", as the system does where memory runs out" : ""
      return "was killed by \(names[signal] ?? "signal \(signal)")\(hint)"
    }
  }
}
