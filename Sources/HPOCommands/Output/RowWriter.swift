import HPO

/// Writes rows as JSON or CSV one by one, so that there may be any number of them.
struct RowWriter {
  private let table: ResultTable
  private let isJSON: Bool
  /// What stands before each line of an array but the first.
  private let indentation: String
  private let end: String
  private let output: (String) throws -> Void
  private var pending = ""
  private var hasRows = false

  /// - Parameters:
  ///   - columns: Those of the rows.
  ///   - isJSON: Whether an array of objects is written, else CSV.
  ///   - frame: What stands around the array, which is so many levels deep in it.
  ///   - output: Takes the text, in pieces.
  init(
    columns: [ResultTable.Column], isJSON: Bool, in frame: (before: String, after: String, depth: Int) = ("", "\n", 0),
    to output: @escaping (String) throws -> Void
  ) {
    table = ResultTable(columns: columns)
    self.isJSON = isJSON
    self.output = output
    indentation = "\n" + String(repeating: "  ", count: frame.depth)
    end = frame.after
    pending = isJSON ? frame.before : table.csvHeading
  }

  mutating func write(_ row: [JSONValue?]) throws {
    if isJSON { try write(object: table.object(row)) } else { try append(ResultTable.csvLine(row)) }
  }

  /// Writes an object in place of a row's.
  mutating func write(object: JSONValue) throws {
    // What stands one level deeper in an array; a text has no line feed of its own.
    let text = object.serialized(.pretty).replacing("\n", with: indentation + "  ")
    try append((hasRows ? "," : "[") + indentation + "  " + text)
    hasRows = true
  }

  /// Ends the text.
  mutating func finish() throws {
    if isJSON { pending += (hasRows ? indentation + "]" : "[]") + end }
    try output(pending)
    pending = ""
  }

  private mutating func append(_ text: String) throws {
    pending += text
    guard pending.utf8.count >= 1 << 16 else { return }
    try output(pending)
    pending.removeAll(keepingCapacity: true)
  }
}
