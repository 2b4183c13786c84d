/// Cuts what a program prints into lines that may be messages and text that is none, holding a bounded part of it.
///
/// Only a line that begins with a brace, apart from blanks, can be a JSON object; every other byte is passed on at once,
/// so that a line of any length costs no more memory than the longest message.
package struct LineSplitter: Sendable {
  /// The longest message in bytes.
  package static let longestMessage = 1 << 20

  package enum Piece: Sendable, Equatable {
    /// A whole line without its end, which begins with a brace.
    case candidate([UInt8])
    /// The beginning of a line that begins with a brace and is too long for a message; the rest comes as text.
    case overlong([UInt8])
    /// Anything else, in the order in which it came, with its line feeds.
    case text([UInt8])
  }

  private enum State {
    /// At the start of a line; only blanks so far, which are held.
    case start
    /// Within a line that may be a message, which is held.
    case candidate
    /// Within a line that is none.
    case text
  }

  private var state = State.start
  private var held: [UInt8] = []

  package init() {}

  /// Takes what was read and hands the pieces that are complete to `body`.
  package mutating func take(_ bytes: some Collection<UInt8>, _ body: (Piece) throws -> Void) rethrows {
    var text: [UInt8] = []
    func flush() throws {
      if !text.isEmpty { try body(.text(text)) }
      text = []
    }
    for byte in bytes {
      switch state {
      case .start where byte == UInt8(ascii: "{"):
        held.append(byte)
        state = .candidate
      case .start where (byte == 0x20 || byte == 0x09) && held.count < Self.longestMessage:
        held.append(byte)
      case .candidate where byte == UInt8(ascii: "\n"):
        try flush()
        if held.last == UInt8(ascii: "\r") { held.removeLast() }
        let line = held
        held = []
        state = .start
        try body(.candidate(line))
      case .candidate where held.count < Self.longestMessage:
        held.append(byte)
      case .candidate:
        try flush()
        let beginning = held
        held = []
        text.append(byte)
        state = .text
        try body(.overlong(beginning))
      default:
        text += held
        held.removeAll()
        text.append(byte)
        state = byte == UInt8(ascii: "\n") ? .start : .text
      }
    }
    try flush()
  }

  /// Hands over what is held, as the last line needs no end.
  package mutating func finish(_ body: (Piece) throws -> Void) rethrows {
    let rest = held
    let wasCandidate = state == .candidate
    held = []
    state = .start
    if !rest.isEmpty { try body(wasCandidate ? .candidate(rest) : .text(rest)) }
  }
}
