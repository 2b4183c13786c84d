import CProcess

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file descriptor that is closed with its last owner.
final class Descriptor: Sendable {
  let number: CInt

  init(number: CInt) { self.number = number }

  deinit { close(number) }

  /// A pipe that no program inherits, whose ends of this process never wait.
  ///
  /// - Throws: `ProgramError.systemFailure`.
  static func pipe() throws(ProgramError) -> (read: Descriptor, write: Descriptor) {
    var ends: [CInt] = [-1, -1]
    guard hpo_make_pipe(&ends) == 0 else {
      throw ProgramError(.systemFailure, "the system refuses a pipe: \(systemMessage())")
    }
    return (Descriptor(number: ends[0]), Descriptor(number: ends[1]))
  }

  /// Nothing, to read from.
  static func null() throws(ProgramError) -> Descriptor {
    let number = open("/dev/null", O_RDWR | O_CLOEXEC)
    guard number >= 0 else { throw ProgramError(.systemFailure, "/dev/null cannot be opened: \(systemMessage())") }
    return Descriptor(number: number)
  }

  /// Lets reading and writing return where they would wait; only this end's, since a pipe's ends are two files.
  func stopWaiting() { _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK) }
}

/// What the system says about its last failure.
func systemMessage(_ code: CInt = errno) -> String { String(cString: strerror(code)) }
