public import OrderedCollections

/// Parameters in the order in which a trial asks for them; some exist only where earlier ones have certain values.
///
///     let space = try ParameterSpace([
///       .init("depth", .int(IntDistribution(low: 1, high: 3))),
///       .init("units", .int(IntDistribution(low: 16, high: 256, log: true)), repeated: .valueOf("depth")),
///     ])
///     // asks for depth, units0, … up to units2
///
/// A name always has the same distribution, wherever it occurs.
public struct ParameterSpace: Hashable, Sendable {
  /// The parameters, each after those that it refers to.
  public let entries: [Entry]

  /// - Throws: `SearchSpaceError.invalidSpace` for no entry, for two parameters of one name (also after repetition), and
  ///   for a condition or repetition that refers to no earlier parameter of a fitting kind;
  ///   `SearchSpaceError.invalidValue` for a condition on a value that the parameter never has;
  ///   `SearchSpaceError.invalidName` for a name without a character or with more than 512.
  public init(_ entries: [Entry]) throws(SearchSpaceError) {
    var draft = ParameterSpaceDraft(names: entries.map(\.name))
    for entry in entries { try draft.append(entry) }
    self = try draft.space()
  }

  init(validated entries: [Entry]) { self.entries = entries }

  /// The space without a parameter, of a study whose parameters come from somewhere else.
  package static let empty = ParameterSpace(validated: [])

  /// Asks for the parameters that exist, one after the other, and returns their values in that order.
  ///
  /// A count outside of the range of its own distribution, as an enqueued trial may have it, is taken as the nearest
  /// bound of the range.
  ///
  /// - Parameter suggest: The external value of a name; the values decide what else exists.
  public func walk<Failure: Error>(
    _ suggest: (String, Distribution) throws(Failure) -> Choice
  ) throws(Failure) -> OrderedDictionary<String, Choice> {
    var values: OrderedDictionary<String, Choice> = [:]
    for entry in entries where entry.condition?.holds(for: values) ?? true {
      guard let repetition = entry.repetition else {
        values[entry.name] = try suggest(entry.name, entry.distribution)
        continue
      }
      for index in 0..<count(of: repetition, in: values) {
        let name = entry.name(at: index)
        values[name] = try suggest(name, entry.distribution)
      }
    }
    return values
  }

  private func count(of repetition: Repetition, in values: OrderedDictionary<String, Choice>) -> Int {
    let bounds = counts(of: repetition)
    switch repetition {
    case .times: return bounds.upperBound
    case .valueOf(let name):
      guard case .int(let count) = values[name] else { return 0 }
      return min(max(count, bounds.lowerBound), bounds.upperBound)
    }
  }

  /// The fewest and the most repetitions, where the parameter that decides exists.
  func counts(of repetition: Repetition) -> ClosedRange<Int> {
    switch repetition {
    case .times(let count): count...count
    case .valueOf(let name): entries.first { $0.name == name }?.distribution.wholeNumbers ?? 0...0
    }
  }
}

extension ParameterSpace {
  /// A parameter, or a family of numbered ones.
  public struct Entry: Hashable, Sendable {
    /// The name in a trial, or the part of it before the number.
    public let name: String
    /// The values that it may have.
    public let distribution: Distribution
    /// What the parameter's existence depends on; nil where it always exists.
    public let condition: Condition?
    /// How many of the parameter exist, as `name0`, `name1`, …; nil for a single one without a number.
    public let repetition: Repetition?

    /// Describes a parameter; `ParameterSpace.init` checks it against the others.
    public init(
      _ name: String, _ distribution: Distribution, when condition: Condition? = nil,
      repeated repetition: Repetition? = nil
    ) {
      self.name = name
      self.distribution = distribution
      self.condition = condition
      self.repetition = repetition
    }

    /// The name of one of a repeated parameter, counted from 0.
    func name(at index: Int) -> String { "\(name)\(index)" }
  }

  /// Holds where each of some earlier parameters exists and has one of the values listed for it.
  public struct Condition: Hashable, Sendable {
    /// The values by the names of the parameters.
    public let requirements: OrderedDictionary<String, [Choice]>

    /// Describes a condition by the values that each parameter may have.
    public init(_ requirements: OrderedDictionary<String, [Choice]>) { self.requirements = requirements }

    func holds(for values: OrderedDictionary<String, Choice>) -> Bool {
      requirements.allSatisfy { name, allowed in values[name].map(allowed.contains) ?? false }
    }
  }

  /// How often a parameter is repeated.
  public enum Repetition: Hashable, Sendable {
    case times(Int)
    /// As often as the value of an earlier parameter of whole numbers, and not at all where that one does not exist.
    case valueOf(String)
  }
}

extension Distribution {
  /// The range of a distribution whose values are all whole numbers of 0 or more; nil for any other.
  var wholeNumbers: ClosedRange<Int>? {
    switch self {
    case .float: return nil
    case .int(let distribution): return distribution.low >= 0 ? distribution.low...distribution.high : nil
    case .categorical(let distribution):
      let numbers = distribution.choices.compactMap {
        if case .int(let number) = $0, number >= 0 { number } else { nil }
      }
      guard numbers.count == distribution.choices.count, let low = numbers.min(), let high = numbers.max() else {
        return nil
      }
      return low...high
    }
  }
}
