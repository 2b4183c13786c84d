package import SearchSpace

/// Some whole numbers to choose from: `8`, `[8, 16, 24]`, `.range(1...4)`.
public struct WholeNumbers: Hashable, Sendable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral {
  /// The numbers, in the order in which they were given.
  public let values: [Int]

  /// Makes a choice of numbers.
  public init(_ values: [Int]) { self.values = values }

  /// Makes the choice of a single number, which is none.
  public init(integerLiteral value: Int) { values = [value] }

  /// Makes a choice of numbers.
  public init(arrayLiteral elements: Int...) { values = elements }

  /// Every `step`-th number of a range.
  public static func range(_ range: ClosedRange<Int>, step: Int = 1) -> WholeNumbers {
    WholeNumbers(Array(stride(from: range.lowerBound, through: range.upperBound, by: max(1, step))))
  }

  /// A stepped range where the numbers ascend evenly, so that samplers see their order, else a choice.
  ///
  /// - Throws: `ArchitectureError` of code `invalidSpace` for no number, or one twice.
  package func distribution(of name: String) throws -> Distribution {
    guard let first = values.first, let last = values.last, Set(values).count == values.count else {
      throw ArchitectureError(.invalidSpace, "'\(name)' needs at least one number, and none twice")
    }
    if values.count == 1 { return .int(try IntDistribution(low: first, high: first)) }
    let step = values[1] - first
    if step > 0, zip(values, values.dropFirst()).allSatisfy({ $1 - $0 == step }) {
      return .int(try IntDistribution(low: first, high: last, step: step))
    }
    return .categorical(try CategoricalDistribution(values.map(Choice.int)))
  }
}
