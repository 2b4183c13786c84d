import Foundation

/// What the program knows of the terminals that it writes to.
enum Terminal {
  /// The columns of the terminal on standard output, nil where that is no terminal.
  static var outputWidth: Int? { width(of: STDOUT_FILENO) }

  /// The columns of the terminal on standard error, nil where that is no terminal.
  static var errorWidth: Int? { width(of: STDERR_FILENO) }

  private static func width(of descriptor: Int32) -> Int? {
    guard isatty(descriptor) == 1 else { return nil }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Writes a result to standard output. Where that fails, the program ends: quietly if nobody reads any more, as
  /// `hpo trials | head` leaves it, and else with the reason.
  static func write(_ text: String) {
    let failure = write(text, to: STDOUT_FILENO)
    guard failure != 0 else { return }
    if failure != EPIPE { writeError("Error: the result cannot be written: \(String(cString: strerror(failure)))\n") }
    exit(failure == EPIPE ? 141 : 1)
  }

  /// Writes progress or a message to standard error. A lost message is no reason to end a search.
  static func writeError(_ text: String) { _ = write(text, to: STDERR_FILENO) }

  /// Lets a write to a closed pipe fail instead of ending the process.
  static func ignoreClosedPipes() { signal(SIGPIPE, SIG_IGN) }

  /// Writes all of a text; returns 0 or the number of the error.
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
        if count < 0 {
          if errno == EINTR { continue }
          return errno
        }
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
      }
      return 0
    }
  }
}
