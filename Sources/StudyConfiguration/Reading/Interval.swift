/// Real numbers between two bounds, each of which belongs to them or not.
struct Interval: Hashable, Sendable, CustomStringConvertible {
  private enum Bound: Hashable {
    case included(Double)
    case excluded(Double)
    case none
  }

  private let low: Bound
  private let high: Bound

  /// All numbers.
  static let all = Interval(low: .none, high: .none)

  /// All numbers above a bound, or from it on.
  static func above(_ low: Double) -> Interval { Interval(low: .excluded(low), high: .none) }
  static func from(_ low: Double) -> Interval { Interval(low: .included(low), high: .none) }

  /// The part of the interval below a bound, or up to it.
  func below(_ high: Double) -> Interval { Interval(low: low, high: .excluded(high)) }
  func through(_ high: Double) -> Interval { Interval(low: low, high: .included(high)) }

  func contains(_ number: Double) -> Bool {
    guard number.isFinite else { return false }
    let isHighEnough =
      switch low {
      case .included(let low): number >= low
      case .excluded(let low): number > low
      case .none: true
      }
    let isLowEnough =
      switch high {
      case .included(let high): number <= high
      case .excluded(let high): number < high
      case .none: true
      }
    return isHighEnough && isLowEnough
  }

  /// `a number of 0 or more and below 1`.
  var description: String {
    let lowPhrase: String? =
      switch low {
      case .included(let low): "of \(low.short) or more"
      case .excluded(let low): "above \(low.short)"
      case .none: nil
      }
    let highPhrase: String? =
      switch high {
      case .included(let high): "up to \(high.short)"
      case .excluded(let high): "below \(high.short)"
      case .none: nil
      }
    let phrase = [lowPhrase, highPhrase].compactMap { $0 }.joined(separator: " and ")
    return phrase.isEmpty ? "a number" : "a number \(phrase)"
  }
}

extension ClosedRange<Int> {
  /// `from 1 to 64`, or `of 1 or more` where the upper bound is out of sight.
  var phrase: String {
    upperBound >= 1_000_000_000 ? "of \(lowerBound) or more" : "from \(lowerBound) to \(upperBound)"
  }
}

extension Double {
  fileprivate var short: String { Int(exactly: self).map(String.init) ?? description }
}
