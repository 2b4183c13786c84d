import Spelling

/// The most that an architecture may cost: `flash=64kB`, `macs=2M`, `latency=1.5ms`.
///
/// A kB is 1000 bytes and a KiB 1024.
public struct CostLimit: Hashable, Sendable, CustomStringConvertible {
  /// What is limited.
  public let cost: ArchitectureCost
  /// The most there may be, in bytes, numbers or seconds; itself permitted.
  public let most: Double

  /// Makes a limit.
  public init(_ cost: ArchitectureCost, most: Double) {
    self.cost = cost
    self.most = most
  }

  /// Reads `COST=AMOUNT`.
  ///
  /// - Throws: `ArchitectureError` of code `invalidLimit`, which says what was met and how a limit is written.
  public init(parsing text: String) throws(ArchitectureError) {
    guard let sign = text.firstIndex(of: "=") else {
      throw ArchitectureError(.invalidLimit, "the limit '\(text)' is not of the form COST=AMOUNT, such as flash=64kB")
    }
    let name = String(text[..<sign])
    guard let cost = ArchitectureCost(rawValue: name) else {
      let hint = NearestName.hint(for: name, among: ArchitectureCost.allCases.map(\.rawValue))
      throw ArchitectureError(.invalidLimit, "there is no cost '\(name)' to limit; \(hint)")
    }
    self.init(cost, most: try Self.amount(String(text[text.index(after: sign)...]), of: cost))
  }

  /// Reads an amount with its unit, such as `64kB`, `2M` or `1.5ms`.
  ///
  /// - Throws: `ArchitectureError` of code `invalidLimit`.
  public static func amount(_ text: String, of cost: ArchitectureCost) throws(ArchitectureError) -> Double {
    let units = units(of: cost)
    let end = text.lastIndex { $0.isNumber || $0 == "." }.map { text.index(after: $0) } ?? text.startIndex
    let unit = text[end...].drop { $0 == " " }
    guard let number = Double(text[..<end]), number > 0, number.isFinite,
      let size = units.first(where: { $0.name == unit })?.size, permitted(of: cost).contains(number * size)
    else {
      let names = units.map(\.name).filter { !$0.isEmpty }.joined(separator: ", ")
      throw ArchitectureError(
        .invalidLimit,
        "'\(text)' is no amount of \(cost.rawValue): a number above 0 with one of the units \(names)"
          + (cost.isCounted ? ", in all from 1 to 10^15" : ""))
    }
    return number * size
  }

  /// The amounts that a limit may have: what is counted is at least 1, and exact as a floating-point number.
  private static func permitted(of cost: ArchitectureCost) -> ClosedRange<Double> {
    cost.isCounted ? 1...1e15 : .leastNormalMagnitude...1e15
  }

  private static func units(of cost: ArchitectureCost) -> [(name: String, size: Double)] {
    switch cost {
    case .flash, .ram:
      [("", 1), ("B", 1), ("kB", 1e3), ("KB", 1e3), ("MB", 1e6), ("KiB", 1024), ("MiB", 1_048_576)]
    case .parameters, .macs: [("", 1), ("k", 1e3), ("K", 1e3), ("M", 1e6), ("G", 1e9)]
    case .latency: [("s", 1), ("ms", 1e-3), ("us", 1e-6), ("µs", 1e-6)]
    }
  }

  /// The limit as it is written: `flash=64000`.
  public var description: String {
    guard cost.isCounted else { return "latency=\(most)s" }
    return "\(cost.rawValue)=\(Int(exactly: most).map(String.init) ?? String(most))"
  }
}
