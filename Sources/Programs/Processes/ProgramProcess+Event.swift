extension ProgramProcess {
  /// What happens next to a program.
  enum Event {
    /// It printed a line that may be a message.
    case line([UInt8])
    /// It printed a line that begins like a message and is too long for one, which is logged.
    case overlongLine
    /// It has ended, and all that it printed has been read.
    case ended(ExitStatus)
    /// The run is to end.
    case interrupted
    case outOfTime
    /// Its processes use more memory than they may, in bytes.
    case outOfMemory(Int)
    /// It has closed its standard input, or has not read it for long.
    case deaf
    /// The pause that was asked for is over.
    case paused
  }

  /// What bounds the wait for an event; times are nanoseconds of `DispatchTime`.
  struct Bounds {
    /// Nil for none.
    var deadline: UInt64?
    /// When to return at the latest although nothing happened; nil for never.
    var pause: UInt64?
    /// In bytes; nil for none.
    var memory: Int?
    /// Whether the program has been told to end, so that all but its end is of no interest.
    var isEnding = false
  }
}
