/// The texts of a column as numbers: each distinct text has one, in the order of the texts once all are read.
struct TextCodes {
  private var codes: [Int32] = []
  private var known: [String: Int32] = [:]

  /// The number of distinct texts.
  var textCount: Int { known.count }

  /// Takes the text of one more row.
  ///
  /// - Returns: Whether it was taken: false where it would be one distinct text more than `limit`.
  mutating func append(_ text: String, atMost limit: Int) -> Bool {
    if let code = known[text] {
      codes.append(code)
      return true
    }
    guard known.count < limit else { return false }
    let code = Int32(known.count)
    known[text] = code
    codes.append(code)
    return true
  }

  /// The numbers of all rows, and the texts in order: by value where all of them are numbers, else by their characters' code
  /// points.
  func finished() -> (codes: [Int32], texts: [String]) {
    let order = Self.ordered(Array(known.keys))
    var rank = [Int32](repeating: 0, count: order.count)
    for (index, text) in order.enumerated() {
      rank[Int(known[text, default: 0])] = Int32(index)
    }
    return (codes.map { rank[Int($0)] }, order)
  }

  private static func ordered(_ names: [String]) -> [String] {
    let numbers = names.map { DecimalNumber.parse(Array($0.utf8)[...]) }
    let areNumbers = numbers.allSatisfy { $0 != nil }
    return zip(names, numbers)
      .sorted { first, second in
        if areNumbers, let one = first.1, let other = second.1, one != other { return one < other }
        return first.0.unicodeScalars.lexicographicallyPrecedes(second.0.unicodeScalars)
      }
      .map { $0.0 }
  }
}
