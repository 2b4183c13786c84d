import ArgumentParser
import HPO
import Spelling

/// An order of trials by a column of their table.
struct TrialOrdering {
  /// The column without the sign.
  private let name: String
  private let isReversed: Bool
  private let study: StudyRecord

  /// - Parameters:
  ///   - key: A heading, with `-` in front for the other order. A value sorts the best first.
  ///   - study: The study as it is on record.
  init(_ key: String, study: StudyRecord) {
    isReversed = key.hasPrefix("-")
    name = isReversed ? String(key.dropFirst()) : key
    self.study = study
  }

  /// The column among those of a table; nil where it is not among them.
  func position(in columns: [ResultTable.Column]) -> Int? {
    columns.firstIndex { [$0.title, $0.name].contains(name) }
      ?? (name == "value" ? columns.firstIndex { $0.path.first == "values" } : nil)
  }

  /// An error for a column that no table of the study has.
  func unknown(among columns: [ResultTable.Column]) -> ValidationError {
    ValidationError("there is no column '\(name)'; \(NearestName.hint(for: name, among: columns.map(\.title)))")
  }

  /// Whether low values come first.
  func ascends(_ position: Int, of columns: [ResultTable.Column]) -> Bool {
    guard columns[position].path.first == "values",
      let objective = columns[...position].filter({ $0.path.first == "values" }).indices.last
    else { return !isReversed }
    return (study.directions[objective] == .minimize) != isReversed
  }

  /// Whether a value comes before another one; nil where neither does. What is missing comes last.
  static func precedes(_ left: JSONValue?, _ right: JSONValue?, ascending: Bool) -> Bool? {
    switch (left, right) {
    case (nil, nil): nil
    case (nil, _): false
    case (_, nil): true
    case (let left?, let right?): left.precedes(right).map { $0 == ascending }
    }
  }
}

extension JSONValue {
  /// Whether the value sorts before another one; nil where neither sorts before the other. Numbers sort before texts,
  /// NaN after every number.
  fileprivate func precedes(_ other: JSONValue) -> Bool? {
    if let left = doubleValue, let right = other.doubleValue {
      if left.isNaN || right.isNaN { return left.isNaN == right.isNaN ? nil : right.isNaN }
      return left == right ? nil : left < right
    }
    if doubleValue != nil || other.doubleValue != nil { return doubleValue != nil }
    let (left, right) = (stringValue ?? serialized(), other.stringValue ?? other.serialized())
    return left == right ? nil : left < right
  }
}
