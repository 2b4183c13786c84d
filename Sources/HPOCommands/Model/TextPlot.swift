import Foundation
import HPO

/// A curve in characters of two by four dots.
struct TextPlot {
  /// The title, the curve with its axis, and the numbers of the first and the last value.
  let lines: [String]

  /// - Parameters:
  ///   - values: A value and its place on the axis, of 0..<count and ascending; those that are no number are left out.
  ///   - width: The columns of each line.
  ///   - height: The rows of the curve.
  ///   - count: How many places the axis has.
  init(_ values: [(place: Int, value: Double)], title: String, width: Int, height: Int, count: Int) {
    let finite = values.map(\.value).filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    let labels = (0..<height).map { row in
      row == 0 ? shortNumber(Self.rounded(high)) : row == height - 1 ? shortNumber(Self.rounded(low)) : ""
    }
    let margin = (labels.map(\.count).max() ?? 0) + 1
    let columns = max(1, width - margin - 1)
    var dots = Array(repeating: Array(repeating: UInt32(0), count: columns), count: height)
    var previous: (x: Int, y: Int)?
    for (place, value) in values where value.isFinite {
      let x = count <= 1 ? 0 : place * (2 * columns - 1) / max(1, count - 1)
      let fraction = high > low ? (value - low) / (high - low) : 0.5
      let y = Int(((1 - fraction) * Double(4 * height - 1)).rounded())
      // A straight line from the value before, without gaps upwards or downwards.
      let start = previous ?? (x, y)
      var row = start.y
      for column in start.x...max(start.x, x) where column / 2 < columns {
        let next = column == x ? y : start.y + (y - start.y) * (column - start.x) / (x - start.x)
        for y in min(row, next)...max(row, next) { dots[y / 4][column / 2] |= Self.dot(column: column % 2, row: y % 4) }
        row = next
      }
      previous = (x, y)
    }
    let curve = zip(labels, dots).map { label, row in
      let padding = String(repeating: " ", count: margin - label.count - 1)
      let cells = row.map { $0 == 0 ? " " : String(Unicode.Scalar(0x2800 + $0) ?? " ") }.joined()
      return "\(padding)\(label) │\(cells)"
    }
    let head = String(repeating: " ", count: margin) + " " + title
    lines = ([head] + curve).map { line in
      line.count > width ? String(line.prefix(width)) : line + String(repeating: " ", count: width - line.count)
    }
  }

  private static func rounded(_ value: Double) -> Double {
    Double(String(format: "%.3g", value)) ?? value
  }

  /// The bit of a dot in a character of the block of Braille patterns.
  private static func dot(column: Int, row: Int) -> UInt32 {
    let bits: [[UInt32]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
    return bits[column][row]
  }
}
