/// Cuts the bytes of a CSV file into records and fields.
///
/// The grammar is RFC 4180 (doi:10.17487/RFC4180) with three liberties: any of the four delimiters, lines that end in LF
/// or CR alone, and blank lines, which are skipped. Quotes inside an unquoted field and text behind a closing quote are
/// errors.
struct CSVTokenizer {
  /// Where a field lies in the bytes.
  struct Field {
    /// The contents, without the quotes around it.
    var range: Range<Int>
    /// Whether it stood in quotes.
    var isQuoted: Bool
    /// Whether it holds doubled quotes.
    var hasDoubledQuotes: Bool
  }

  let bytes: [UInt8]
  let source: String
  let delimiter: UInt8
  let limits: CSVLimits
  /// The fields of the record last read.
  private(set) var fields: [Field] = []
  /// The line on which that record began, from 1.
  private(set) var recordLine = 0

  private var position: Int
  private var line = 1

  private static let quote = UInt8(ascii: "\"")
  private static let newline = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  /// Begins at the first byte, or behind the byte order mark of UTF-8.
  ///
  /// - Throws: `DatasetError` of code `notText` where the file begins like UTF-16 or UTF-32, or its first line has a zero byte.
  init(
    bytes: [UInt8], source: String, delimiter: CSVOptions.Delimiter, limits: CSVLimits
  ) throws(DatasetError) {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
      throw DatasetError(.notText, "the file is UTF-16 or UTF-32; save it as UTF-8", source: source, line: 1)
    }
    // Without a mark, every other byte of UTF-16 is zero where its characters are ASCII.
    let header = bytes.prefix(4096).prefix { $0 != Self.newline && $0 != Self.carriageReturn }
    if let zero = header.firstIndex(of: 0) {
      throw DatasetError(
        .notText, "byte \(zero) is zero, as in UTF-16 or a file that is no text; save it as UTF-8", source: source,
        line: 1)
    }
    self.bytes = bytes
    self.source = source
    self.limits = limits
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    self.delimiter = delimiter.byte ?? Self.likelyDelimiter(of: bytes[position...])
  }

  /// Reads the next record that is not blank into `fields`.
  ///
  /// - Returns: Whether there was one.
  mutating func next() throws(DatasetError) -> Bool {
    repeat {
      guard position < bytes.count else { return false }
      fields.removeAll(keepingCapacity: true)
      recordLine = line
      while try readField() {
        guard fields.count < limits.columns else {
          throw DatasetError(
            .tooLarge, "the line has more fields than the limit of \(limits.columns)", source: source, line: line)
        }
      }
    } while isBlank
    return true
  }

  /// The contents of a field of the record last read, with doubled quotes made single.
  ///
  /// - Throws: `DatasetError` of code `notText` where it is no UTF-8.
  func text(_ column: Int) throws(DatasetError) -> String {
    let field = fields[column]
    var contents = bytes[field.range]
    if field.hasDoubledQuotes {
      var kept = ArraySlice<UInt8>()
      kept.reserveCapacity(contents.count)
      var index = contents.startIndex
      while index < contents.endIndex {
        kept.append(contents[index])
        index += contents[index] == Self.quote ? 2 : 1
      }
      contents = kept
    }
    guard let text = String(validating: contents, as: UTF8.self) else {
      throw DatasetError(
        .notText, "the field is no valid UTF-8; save the file as UTF-8", source: source, line: recordLine,
        column: column + 1)
    }
    return text
  }

  /// Whether the record last read is an empty line.
  private var isBlank: Bool {
    fields.count == 1 && !fields[0].isQuoted && bytes[fields[0].range].allSatisfy { $0 == 0x20 || $0 == 0x09 }
  }

  /// Reads one field and what ends it.
  ///
  /// - Returns: Whether another field of the same record follows.
  private mutating func readField() throws(DatasetError) -> Bool {
    let isQuoted = position < bytes.count && bytes[position] == Self.quote
    let field = isQuoted ? try quotedField() : try plainField()
    guard field.range.count <= limits.fieldBytes else {
      throw DatasetError(
        .tooLarge, "the field has \(field.range.count) bytes, more than the limit of \(limits.fieldBytes)",
        source: source, line: recordLine, column: fields.count + 1)
    }
    fields.append(field)

    guard position < bytes.count else { return false }
    if bytes[position] == delimiter {
      position += 1
      return true
    }
    let isReturn = bytes[position] == Self.carriageReturn
    position += 1
    if isReturn, position < bytes.count, bytes[position] == Self.newline { position += 1 }
    line += 1
    return false
  }

  private mutating func plainField() throws(DatasetError) -> Field {
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == delimiter || byte == Self.newline || byte == Self.carriageReturn { break }
      guard byte != Self.quote else {
        throw DatasetError(
          .malformed, "there is a quote inside of a field; put the whole field into quotes and double those within",
          source: source, line: line, column: fields.count + 1)
      }
      position += 1
    }
    return Field(range: start..<position, isQuoted: false, hasDoubledQuotes: false)
  }

  private mutating func quotedField() throws(DatasetError) -> Field {
    let openingLine = line
    position += 1
    let start = position
    var hasDoubledQuotes = false
    while position < bytes.count {
      switch bytes[position] {
      case Self.quote:
        if position + 1 < bytes.count, bytes[position + 1] == Self.quote {
          hasDoubledQuotes = true
          position += 2
          continue
        }
        let end = position
        position += 1
        if position < bytes.count, !endsField(bytes[position]) {
          throw DatasetError(
            .malformed, "something follows a closing quote; double the quotes within a field",
            source: source, line: line, column: fields.count + 1)
        }
        return Field(range: start..<end, isQuoted: true, hasDoubledQuotes: hasDoubledQuotes)
      case Self.carriageReturn:
        position += 1
        if position < bytes.count, bytes[position] == Self.newline { position += 1 }
        line += 1
      case Self.newline:
        position += 1
        line += 1
      default:
        position += 1
      }
    }
    throw DatasetError(
      .malformed, "the quote that opens here is never closed", source: source, line: openingLine,
      column: fields.count + 1)
  }

  private func endsField(_ byte: UInt8) -> Bool {
    byte == delimiter || byte == Self.newline || byte == Self.carriageReturn
  }

  private static func likelyDelimiter(of bytes: ArraySlice<UInt8>) -> UInt8 {
    var counts = [Int](repeating: 0, count: CSVOptions.Delimiter.candidates.count)
    var isInQuotes = false
    var isBlank = true
    for byte in bytes {
      if byte == quote { isInQuotes.toggle() }
      guard !isInQuotes else { continue }
      if byte == newline || byte == carriageReturn {
        // The header is the first line with something in it.
        if isBlank { continue } else { break }
      }
      isBlank = isBlank && (byte == 0x20 || byte == 0x09)
      if let index = CSVOptions.Delimiter.candidates.firstIndex(of: byte) { counts[index] += 1 }
    }
    let best = counts.indices.max { counts[$0] < counts[$1] || counts[$0] == counts[$1] && $0 > $1 } ?? 0
    return CSVOptions.Delimiter.candidates[best]
  }
}
