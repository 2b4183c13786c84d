import OrderedCollections
import Spelling

/// A parameter space in the making, which checks each entry against the earlier ones.
///
/// Its checks can be made one by one, so that a reader of files can say where each mistake stands.
package struct ParameterSpaceDraft {
  /// The most names that a space may have after repetition.
  package static let mostNames = 10_000
  /// The longest name in characters, as in the study database.
  package static let longestName = 512

  private let declaredNames: [String]
  private let otherNames: [String]
  private var entries: OrderedDictionary<String, ParameterSpace.Entry> = [:]
  private var occupiedNames: Set<String> = []

  /// - Parameters:
  ///   - names: The names of all entries to come, by which a reference to a later one is told from a wrong one.
  ///   - otherNames: What else a mistyped reference may have been meant to be.
  package init(names: [String], otherNames: [String] = []) {
    declaredNames = names
    self.otherNames = otherNames
  }

  /// Appends an entry.
  ///
  /// - Throws: `SearchSpaceError` of the codes that `ParameterSpace.init` lists.
  package mutating func append(_ entry: ParameterSpace.Entry) throws(SearchSpaceError) {
    let name = entry.name
    guard !name.isEmpty, name.count <= Self.longestName else {
      throw SearchSpaceError(.invalidName, "a parameter's name has 1 to \(Self.longestName) characters")
    }
    guard entries[name] == nil else { throw SearchSpaceError(.invalidSpace, "the parameter '\(name)' occurs twice") }
    var requirements: OrderedDictionary<String, [Choice]> = [:]
    for (reference, values) in entry.condition?.requirements ?? [:] {
      guard !values.isEmpty else {
        throw SearchSpaceError(.invalidSpace, "the condition of '\(name)' lists no value of '\(reference)'")
      }
      for value in values {
        requirements[reference, default: []].append(try requirement(of: name, on: reference, value: value))
      }
    }
    let count = try entry.repetition.map { repetition throws(SearchSpaceError) in
      try counts(of: repetition, repeating: name).upperBound
    }
    let names = count.map { (0..<$0).map(entry.name(at:)) } ?? [name]
    guard occupiedNames.count + names.count <= Self.mostNames else {
      throw SearchSpaceError(.invalidSpace, "with '\(name)' the space has more than \(Self.mostNames) parameters")
    }
    for name in names where !occupiedNames.insert(name).inserted {
      throw SearchSpaceError(
        .invalidSpace, "the parameter '\(name)' occurs twice: by itself and as one of a repeated parameter")
    }
    entries[name] = ParameterSpace.Entry(
      name, entry.distribution, when: requirements.isEmpty ? nil : ParameterSpace.Condition(requirements),
      repeated: entry.repetition)
  }

  /// The space of the entries appended so far.
  ///
  /// - Throws: `SearchSpaceError.invalidSpace` where there is none.
  package func space() throws(SearchSpaceError) -> ParameterSpace {
    guard !entries.isEmpty else { throw SearchSpaceError(.invalidSpace, "the space has no parameter") }
    return ParameterSpace(validated: Array(entries.values))
  }

  /// A value that a condition asks for, in the form in which the parameter referred to takes it.
  ///
  /// - Throws: `SearchSpaceError.invalidSpace` for a reference to no earlier choice or whole number, and
  ///   `SearchSpaceError.invalidValue` for a value that it never has.
  package func requirement(
    of name: String, on reference: String, value: Choice
  ) throws(SearchSpaceError) -> Choice {
    let entry = try entry(reference, referredToBy: name)
    switch entry.distribution {
    case .float:
      throw SearchSpaceError(
        .invalidSpace, "'\(name)' cannot depend on '\(reference)', which is no choice and no whole number")
    case .int(let distribution):
      guard let number = value.wholeNumber, distribution.contains(number) else {
        throw SearchSpaceError(
          .invalidValue,
          "'\(value)' is no value of '\(reference)', which runs from \(distribution.low) to "
            + "\(distribution.high)\(distribution.step == 1 ? "" : " in steps of \(distribution.step)")")
      }
      return .int(number)
    case .categorical(let distribution):
      guard let index = distribution.index(of: value) else {
        let hint = NearestName.hint(for: value.description, among: distribution.choices.map(\.description))
        throw SearchSpaceError(.invalidValue, "'\(value)' is no choice of '\(reference)'; \(hint)")
      }
      return distribution.choices[index]
    }
  }

  /// The fewest and the most repetitions.
  ///
  /// - Throws: `SearchSpaceError.invalidSpace` for a reference to no earlier parameter of whole numbers from 0 on, and
  ///   for more repetitions than a space may have names.
  package func counts(
    of repetition: ParameterSpace.Repetition, repeating name: String
  ) throws(SearchSpaceError) -> ClosedRange<Int> {
    let counts: ClosedRange<Int>
    switch repetition {
    case .times(let count):
      guard count >= 1 else {
        throw SearchSpaceError(.invalidSpace, "'\(name)' cannot be repeated \(count) times; the least is 1")
      }
      counts = count...count
    case .valueOf(let reference):
      guard let numbers = try entry(reference, referredToBy: name).distribution.wholeNumbers else {
        throw SearchSpaceError(
          .invalidSpace,
          "'\(name)' cannot be repeated '\(reference)' times, whose values are not all whole numbers of "
            + "0 or more")
      }
      counts = numbers
    }
    guard counts.upperBound <= Self.mostNames else {
      throw SearchSpaceError(
        .invalidSpace,
        "'\(name)' is repeated up to \(counts.upperBound) times, but a space has at most "
          + "\(Self.mostNames) parameters")
    }
    return counts
  }

  private func entry(_ reference: String, referredToBy name: String) throws(SearchSpaceError) -> ParameterSpace.Entry {
    guard let entry = entries[reference] else {
      if reference == name { throw SearchSpaceError(.invalidSpace, "'\(name)' cannot depend on itself") }
      if declaredNames.contains(reference) {
        throw SearchSpaceError(
          .invalidSpace, "'\(name)' depends on '\(reference)', which comes later; put '\(reference)' before it")
      }
      let hint = NearestName.hint(for: reference, among: Array(entries.keys) + otherNames.filter { entries[$0] == nil })
      throw SearchSpaceError(.invalidSpace, "'\(name)' depends on the unknown parameter '\(reference)'; \(hint)")
    }
    guard entry.repetition == nil else {
      throw SearchSpaceError(
        .invalidSpace, "'\(name)' cannot depend on '\(reference)', which is repeated and has no single value")
    }
    return entry
  }
}

extension Choice {
  /// The number, where the choice is a whole one.
  package var wholeNumber: Int? {
    switch self {
    case .int(let value): value
    case .double(let value): Int(exactly: value)
    case .null, .bool, .string: nil
    }
  }
}
