import HPO
import Spelling

/// A table for people: aligned columns, numbers to the right, cut to the width of the terminal.
struct TextTable {
  private let headings: [String]
  private let isNumeric: [Bool]
  private let cells: [[String]]
  private let width: Int?

  init(_ table: ResultTable, width: Int?) {
    headings = table.columns.map { $0.title.printable }
    cells = table.rows.map { row in
      zip(table.columns, row).map { column, value in
        column.isTime ? String(Self.cell(value).prefix { $0 != "." }) : Self.cell(value)
      }
    }
    isNumeric = table.columns.indices.map { column in
      let values = table.rows.compactMap { $0[column] }
      return !values.isEmpty && values.allSatisfy { $0.doubleValue != nil }
    }
    self.width = width
  }

  /// The table with a rule under its headings; columns that the terminal has no room for are counted below.
  var text: String {
    let widths = headings.indices.map { column in
      min(40, ([headings[column]] + cells.map { $0[column] }).map(\.count).max() ?? 0)
    }
    let shown = visibleColumns(widths)
    var lines = [
      row(headings, widths, shown), shown.map { String(repeating: "─", count: widths[$0]) }.joined(separator: "  "),
    ]
    lines += cells.map { row($0, widths, shown) }
    if shown.count < headings.count {
      let hidden = headings[shown.count...].joined(separator: ", ")
      lines.append("(not shown for want of room: \(hidden); --format csv has everything)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func visibleColumns(_ widths: [Int]) -> Range<Int> {
    guard let width else { return widths.indices }
    var used = 0
    for column in widths.indices {
      used += widths[column] + (column == 0 ? 0 : 2)
      if used > width { return 0..<max(1, column) }
    }
    return widths.indices
  }

  private func row(_ cells: [String], _ widths: [Int], _ shown: Range<Int>) -> String {
    let padded = shown.map { column in
      let cell =
        cells[column].count > widths[column] ? String(cells[column].prefix(widths[column] - 1)) + "…" : cells[column]
      let padding = String(repeating: " ", count: widths[column] - cell.count)
      return isNumeric[column] ? padding + cell : cell + padding
    }
    let line = padded.joined(separator: "  ")
    return String(line.reversed().drop { $0 == " " }.reversed())
  }

  private static func cell(_ value: JSONValue?) -> String {
    switch value {
    case nil: "–"
    case .string(let text): text.printable
    case .double(let number): shortNumber(number)
    case .array(let items): items.listed?.printable ?? JSONValue.array(items).serialized(.python).printable
    case .some(let other): other.serialized(.python).printable
    }
  }
}

/// A number with six significant digits, without trailing zeros.
func shortNumber(_ value: Double) -> String {
  guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
  guard value != 0 else { return "0" }
  let magnitude = abs(value)
  if magnitude >= 1e15 || magnitude < 1e-4 {
    let text = JSONValue.double(value).serialized(.python)
    guard let exponent = text.firstIndex(of: "e") else { return text }
    return String(text[..<exponent].prefix(value < 0 ? 8 : 7) + text[exponent...])
  }
  var decimals = 6
  var bound = 1.0
  while bound <= magnitude, decimals > 0 {
    bound *= 10
    decimals -= 1
  }
  if magnitude < 0.1 { decimals += magnitude < 0.001 ? 3 : magnitude < 0.01 ? 2 : 1 }
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  var text = ((value * scale).rounded() / scale).description
  if text.hasSuffix(".0") { text.removeLast(2) }
  return text
}
