/// What a program printed during a trial: the beginning and the end of it, whatever its length.
package struct ProgramLog: Sendable {
  /// The most bytes that are kept of the beginning, and of the end.
  package static let headSize = 16 << 10
  package static let tailSize = 48 << 10

  private var head: [UInt8] = []
  private var tail: [UInt8] = []
  private var omitted = 0

  package init() {}

  package var isEmpty: Bool { head.isEmpty }

  /// All bytes that were appended so far.
  package var count: Int { head.count + omitted + tail.count }

  package mutating func append(_ bytes: some Collection<UInt8>) {
    let room = min(Self.headSize - head.count, bytes.count)
    head += bytes.prefix(room)
    tail += bytes.dropFirst(room)
    // Cut rarely, so that appending costs the same however much there is.
    if tail.count > 2 * Self.tailSize { cut() }
  }

  /// Appends a remark of hpo's as a line of its own.
  package mutating func note(_ remark: String) {
    let last = tail.last ?? (omitted == 0 ? head.last : nil)
    append(Array(((last ?? 0x0A) == 0x0A ? "" : "\n").utf8) + Array("[hpo] \(remark)\n".utf8))
  }

  private mutating func cut() {
    let excess = max(0, tail.count - Self.tailSize)
    tail.removeFirst(excess)
    omitted += excess
  }

  /// The log as text; bytes that are no UTF-8 appear as U+FFFD.
  package var text: String {
    var copy = self
    copy.cut()
    guard copy.omitted > 0 else { return String(decoding: copy.head + copy.tail, as: UTF8.self).withoutNull }
    // A character that was cut in two is left out.
    let start = copy.tail.firstIndex { $0 & 0xC0 != 0x80 } ?? 0
    return
      (String(decoding: copy.head, as: UTF8.self) + "\n[hpo] \(copy.omitted + start) bytes are left out here\n"
      + String(decoding: copy.tail[start...], as: UTF8.self)).withoutNull
  }

  /// The last lines that are not blank, of at most 1000 characters together, with nothing in them that a terminal would
  /// obey.
  package func lastLines(_ most: Int = 8) -> String {
    let end = tail.isEmpty ? head.suffix(8192) : tail.suffix(8192)
    let text = String(decoding: end, as: UTF8.self).withoutTerminalCodes
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
    return String(lines.suffix(most).joined(separator: "\n").suffix(1000))
  }
}

extension String {
  fileprivate var withoutNull: String { replacing("\0", with: "\u{FFFD}") }

  /// The text without the sequences that colour a terminal or move its cursor; other control characters than line feeds
  /// and tabs appear as U+FFFD, and a carriage return as a line feed.
  package var withoutTerminalCodes: String {
    var result = String.UnicodeScalarView()
    var scalars = unicodeScalars.makeIterator()
    var pending = scalars.next()
    while let scalar = pending {
      pending = scalars.next()
      switch scalar {
      case "\u{1B}" where pending == "[":
        // ECMA-48, 5.4: parameters up to U+003F, then one final character.
        pending = scalars.next()
        while let code = pending, (0x20...0x3F).contains(code.value) { pending = scalars.next() }
        if let code = pending, (0x40...0x7E).contains(code.value) { pending = scalars.next() }
      case "\r":
        if pending != "\n" { result.append("\n") }
      case "\n", "\t": result.append(scalar)
      default: result.append(scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar)
      }
    }
    return String(result)
  }
}
