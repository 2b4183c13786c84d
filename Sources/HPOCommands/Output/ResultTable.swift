import HPO
import OrderedCollections

/// Rows of JSON values under named columns, which can be written as a table, as JSON and as CSV.
struct ResultTable {
  /// A column; its path says where the value lies in a JSON object: `params.rate`.
  struct Column {
    let path: [String]
    /// The heading of the table.
    let title: String
    /// Whether the values are times, which a table shows to the second.
    let isTime: Bool

    init(_ path: String..., title: String? = nil, isTime: Bool = false) {
      self.path = path
      self.title = title ?? path.last ?? ""
      self.isTime = isTime
    }

    /// The heading of a CSV file.
    var name: String { path.joined(separator: ".") }
  }

  var columns: [Column]
  /// A value a column; nil where there is none, which is something else than null.
  var rows: [[JSONValue?]] = []

  /// The text in a format, ending with a line feed.
  ///
  /// - Parameter width: The columns of the terminal, nil where there is none; only tables look at it.
  func formatted(_ format: OutputFormat, width: Int?) -> String {
    switch format {
    case .json: JSONValue.array(rows.map(object)).serialized(.pretty) + "\n"
    case .csv: csv
    case .table: TextTable(self, width: width).text
    }
  }

  /// One row as a JSON object. Parameters that a trial does not have are left out; infinities and NaN, which JSON has
  /// no numbers for, are strings.
  func object(_ row: [JSONValue?]) -> JSONValue {
    var result: OrderedDictionary<String, JSONValue> = [:]
    for (column, value) in zip(columns, row) {
      if column.path.count == 1 {
        result[column.path[0]] = value?.withTextForInfinities ?? .null
      } else {
        var inner: OrderedDictionary<String, JSONValue> = [:]
        if case .object(let members)? = result[column.path[0]] { inner = members }
        inner[column.path[1]] = value?.withTextForInfinities
        result[column.path[0]] = .object(inner)
      }
    }
    return .object(result)
  }

  private var csv: String { csvHeading + rows.map(Self.csvLine).joined() }

  /// The first line of a CSV file.
  var csvHeading: String { Self.csvLine(columns.map { .string($0.name) }) }

  /// A line of a CSV file.
  static func csvLine(_ row: [JSONValue?]) -> String { row.map(csvField).joined(separator: ",") + "\r\n" }

  private static func csvField(_ value: JSONValue?) -> String {
    let text: String
    switch value {
    case nil: return ""
    case .string(let string): text = string
    // Python's tokens, since CSV has no null that would not be mistaken for a missing value.
    case .double(let number): text = JSONValue.double(number).serialized(.python)
    case .array(let items): text = items.listed ?? JSONValue.array(items).serialized(.strict)
    case .some(let other): text = other.serialized(.strict)
    }
    guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
    return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}

extension [JSONValue] {
  /// Texts parted by commas; nil where other values are among them.
  var listed: String? {
    let texts = compactMap(\.stringValue)
    return texts.count == count && !isEmpty ? texts.joined(separator: ", ") : nil
  }
}

extension JSONValue {
  /// The value, with Python's word in place of a number that JSON does not have.
  var withTextForInfinities: JSONValue {
    if case .double(let number) = self, !number.isFinite { .string(serialized(.python)) } else { self }
  }
}
