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

  static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

  static func writeError(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
