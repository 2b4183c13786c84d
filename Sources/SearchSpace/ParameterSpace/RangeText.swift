/// A range as commands and study files write it: `1e-5..1e-1`, `16..256`.
package struct RangeText: Hashable, Sendable {
  /// The range as it was written.
  package let text: String
  private let low: Choice
  private let high: Choice

  /// - Throws: `SearchSpaceError.invalidDistribution` where the text is no range of two numbers, and
  ///   `SearchSpaceError.emptyRange` where the first number is above the second.
  package init(_ text: String) throws(SearchSpaceError) {
    func fail(_ reason: String) -> SearchSpaceError { SearchSpaceError(.invalidDistribution, reason) }
    let parts = Self.split(text)
    guard parts.count > 1 else { throw fail("expected a range such as 0..1, met '\(text)'") }
    guard parts.count == 2, !parts[0].hasSuffix("."), !parts[1].hasPrefix(".") else {
      throw fail("expected two dots between two numbers, as in 0.5..1, met '\(text)'")
    }
    func bound(_ part: String) throws(SearchSpaceError) -> Choice {
      guard let bound = Choice(plainScalar: part), let number = bound.numericValue, number.isFinite else {
        throw fail("expected numbers on both sides of '..', met '\(part)' in '\(text)'")
      }
      return bound
    }
    self.text = text
    low = try bound(parts[0])
    high = try bound(parts[1])
    if let low = low.numericValue, let high = high.numericValue, low > high {
      throw SearchSpaceError(.emptyRange, "empty range '\(text)': the lower bound is above the upper one")
    }
  }

  /// The range as real numbers.
  ///
  /// - Throws: `SearchSpaceError.invalidDistribution`; see `FloatDistribution`.
  package func float(log: Bool = false, step: Double? = nil) throws(SearchSpaceError) -> Distribution {
    guard let low = low.numericValue, let high = high.numericValue else { preconditionFailure("bounds are numbers") }
    guard !log || low > 0 else {
      throw SearchSpaceError(.invalidDistribution, "expected a logarithmic range to start above 0, met '\(text)'")
    }
    return .float(try FloatDistribution(low: low, high: high, log: log, step: step))
  }

  /// The range as whole numbers.
  ///
  /// - Throws: `SearchSpaceError.invalidDistribution` for a bound with a fraction; see `IntDistribution`.
  package func int(log: Bool = false, step: Int = 1) throws(SearchSpaceError) -> Distribution {
    guard let low = low.wholeNumber, let high = high.wholeNumber else {
      throw SearchSpaceError(.invalidDistribution, "expected whole numbers as bounds, met '\(text)'")
    }
    guard !log || low > 0 else {
      throw SearchSpaceError(.invalidDistribution, "expected a logarithmic range to start at 1 or above, met '\(text)'")
    }
    return .int(try IntDistribution(low: low, high: high, log: log, step: step))
  }

  private static func split(_ text: String) -> [String] {
    var parts: [String] = [""]
    var rest = Substring(text)
    while let character = rest.first {
      if rest.hasPrefix("..") {
        parts.append("")
        rest = rest.dropFirst(2)
      } else {
        parts[parts.count - 1].append(character)
        rest = rest.dropFirst()
      }
    }
    return parts.map(\.trimmedOfSpaces)
  }
}

extension String {
  /// The text without spaces and tabs at its ends.
  var trimmedOfSpaces: String {
    func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }
    let start = drop(while: isSpace)
    guard let end = start.lastIndex(where: { !isSpace($0) }) else { return "" }
    return String(start[...end])
  }
}
