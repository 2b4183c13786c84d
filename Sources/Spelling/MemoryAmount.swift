/// An amount of memory as people type it: `512M`, `1.5G`, or bytes. The units are powers of 1024.
package struct MemoryAmount: Hashable, Sendable, CustomStringConvertible {
  /// At least one mebibyte.
  package let bytes: Int

  private static let units: [(letter: Character, bytes: Double)] = [
    ("T", 0x1p40), ("G", 0x1p30), ("M", 0x1p20), ("K", 0x1p10),
  ]

  package init(bytes: Int) { self.bytes = bytes }

  /// Reads `512M`, `4G`, `4GB` or `4GiB`, or bytes; nil for anything else, for less than a mebibyte, and for more than a
  /// computer has.
  package init?(text: String) {
    var digits = text.uppercased()
    if let suffix = ["IB", "B"].first(where: digits.hasSuffix) { digits.removeLast(suffix.count) }
    let unit = Self.units.first { $0.letter == digits.last }
    if unit != nil { digits.removeLast() }
    guard let number = Double(digits), number > 0 else { return nil }
    let bytes = number * (unit?.bytes ?? 1)
    guard bytes >= 0x1p20, bytes < 0x1p50 else { return nil }
    self.bytes = Int(bytes)
  }

  /// `1.5G`, with at most one decimal.
  package var description: String {
    for unit in Self.units where Double(bytes) >= unit.bytes {
      let tenths = (Double(bytes) / unit.bytes * 10).rounded() / 10
      return (tenths == tenths.rounded() ? String(Int(tenths)) : String(tenths)) + String(unit.letter)
    }
    return String(bytes)
  }
}
