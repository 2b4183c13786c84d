import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Wakes the thread that waits for a program, from any other thread.
final class Waker: Sendable {
  /// What happened meanwhile.
  struct Reasons: OptionSet {
    let rawValue: UInt8

    /// The program has ended.
    static let ended = Reasons(rawValue: 1)
    /// The run is to end.
    static let interrupted = Reasons(rawValue: 2)
  }

  private let reader: Descriptor
  private let writer: Descriptor
  private let reasons = Mutex<Reasons>([])

  init() throws(ProgramError) {
    let (reader, writer) = try Descriptor.pipe()
    reader.stopWaiting()
    writer.stopWaiting()
    self.reader = reader
    self.writer = writer
  }

  /// Readable once somebody woke the thread.
  var descriptor: CInt { reader.number }

  func wake(_ reason: Reasons) {
    reasons.withLock { _ = $0.insert(reason) }
    var byte: UInt8 = 0
    // A full pipe wakes as well.
    _ = write(writer.number, &byte, 1)
  }

  /// Takes back a reason that is over.
  func forget(_ reason: Reasons) { reasons.withLock { _ = $0.remove(reason) } }

  /// The reasons so far.
  func take() -> Reasons {
    var bytes: (UInt64, UInt64) = (0, 0)
    while read(reader.number, &bytes, 16) > 0 {}
    return reasons.withLock { $0 }
  }
}
