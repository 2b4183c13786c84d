/// The text of a study file, by lines.
struct SourceText {
  /// The file as the user named it.
  let file: String
  /// The text without a byte order mark.
  let text: String
  private let lines: [[Unicode.Scalar]]

  init(file: String, text: String) {
    self.file = file
    let scalars = text.unicodeScalars
    self.text = scalars.first == "\u{FEFF}" ? String(scalars.dropFirst()) : text
    lines = Self.lines(of: self.text)
  }

  /// The scalars of a line counted from 1, without its break; nil beyond the end.
  func line(_ number: Int) -> [Unicode.Scalar]? {
    lines.indices.contains(number - 1) ? lines[number - 1] : nil
  }

  /// The position after the last character.
  var end: Position { clamped(Position(line: .max, column: .max)) }

  /// The nearest position within the text.
  func clamped(_ position: Position) -> Position {
    let line = min(max(position.line, 1), lines.count)
    let column = line == position.line ? position.column : lines[line - 1].count + 1
    return Position(line: line, column: min(max(column, 1), lines[line - 1].count + 1))
  }

  /// The line of a position, and a caret under its column; long lines are cut around the column. Nil for a blank line.
  func excerpt(at position: Position) -> String? {
    guard let line = line(position.line), line.contains(where: { !$0.properties.isWhitespace }) else { return nil }
    let widest = 110
    let start = position.column <= widest - 10 ? 0 : position.column - widest / 2
    let end = min(start + widest, line.count)
    var shown = start > 0 ? "…" : ""
    var padding = start > 0 ? " " : ""
    for (index, scalar) in line[start..<end].enumerated() {
      shown.unicodeScalars.append(scalar.isPrintable ? scalar : "\u{FFFD}")
      if start + index < position.column - 1 { padding += scalar.padding }
    }
    return shown + (end < line.count ? "…" : "") + "\n" + padding + "^"
  }

  /// Line breaks are those of libyaml, by which its line numbers count.
  private static func lines(of text: String) -> [[Unicode.Scalar]] {
    var lines: [[Unicode.Scalar]] = [[]]
    var endedWithReturn = false
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n" where endedWithReturn: break
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": lines.append([])
      default: lines[lines.count - 1].append(scalar)
      }
      endedWithReturn = scalar == "\r"
    }
    // A break at the end of the text ends its last line.
    if lines.count > 1, lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}

extension Unicode.Scalar {
  /// Whether YAML admits the character in a text, and a terminal shows it.
  var isPrintable: Bool {
    switch value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }

  /// Blanks as wide as the character in a terminal.
  fileprivate var padding: String {
    switch value {
    case 0x09: return "\t"
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      return "  "
    default:
      return [.nonspacingMark, .enclosingMark, .format].contains(properties.generalCategory) ? "" : " "
    }
  }
}

extension String {
  /// The text on one line and not too long, for a message.
  var shortened: String {
    let longest = 60
    var result = ""
    for scalar in unicodeScalars.prefix(longest) {
      let isShown = scalar.isPrintable && ![0x09, 0x0A, 0x0D, 0x85, 0x2028, 0x2029].contains(scalar.value)
      result.unicodeScalars.append(isShown ? scalar : " ")
    }
    return unicodeScalars.count > longest ? result + "…" : result
  }
}
