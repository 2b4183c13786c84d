import OrderedCollections
import SearchSpace
import Trials

/// The parameters of a finished trial, which evolution replays, edits and crosses.
///
/// Only the parameters that the trial asked for are there. A child that comes to ask for others, since an edit opened
/// another branch of a conditional space, draws them at random; what it no longer asks for is passed over.
struct Genes: Hashable {
  /// Internal values by name, sorted by name.
  var values: OrderedDictionary<String, Double> = [:]

  init() {}

  /// Reads the parameters of one row.
  init(row: Int, of history: TrialHistory) {
    for name in Self.space(of: history).keys {
      if let value = history.rows.columns[name]?.value(in: row) { values[name] = value }
    }
  }

  /// All parameters that any trial of a history has, sorted by name; single-valued ones are left out.
  static func space(of history: TrialHistory) -> OrderedDictionary<String, Distribution> {
    history.memo.value(for: "genes.space") {
      let columns = history.rows.columns.filter { !$0.value.distribution.isSingle }
      let names = columns.keys.sorted { $0.precedesByScalars($1) }
      return OrderedDictionary(
        uniqueKeysWithValues: names.compactMap { name in
          columns[name].map { (name, $0.distribution) }
        })
    }
  }

  /// Gives one parameter another value.
  mutating func mutateOne(in space: OrderedDictionary<String, Distribution>, using generator: inout DrawGenerator) {
    guard !values.isEmpty else { return }
    let place = generator.uniform(below: values.count)
    mutate(place, in: space, using: &generator)
  }

  /// Gives each parameter another value with a probability.
  mutating func mutateEach(
    probability: Double, in space: OrderedDictionary<String, Distribution>, using generator: inout DrawGenerator
  ) {
    for place in values.values.indices where generator.uniform() < probability {
      mutate(place, in: space, using: &generator)
    }
  }

  private mutating func mutate(
    _ place: Int, in space: OrderedDictionary<String, Distribution>, using generator: inout DrawGenerator
  ) {
    guard let distribution = space[values.keys[place]] else { return }
    values.values[place] = distribution.neighbour(of: values.values[place], using: &generator)
  }

  /// The union of two trials' parameters: those that both have come from either with a probability.
  ///
  /// - Parameter swapProbability: How likely it is that a parameter comes from the other one.
  func crossed(with other: Genes, swapProbability: Double, using generator: inout DrawGenerator) -> Genes {
    var child = self
    for (name, value) in other.values {
      // Drawn for all names, so that the draws do not depend on which of them both have.
      let isSwapped = generator.uniform() < swapProbability
      if child.values[name] == nil || isSwapped { child.values[name] = value }
    }
    return child
  }
}

extension Distribution {
  /// The ranges up to which any other value is as likely as the nearest ones.
  private static let fewPoints = 8
  /// The deviation of a step in a longer range, as a share of its length.
  private static let stepDeviation = 0.2

  /// Another value than the given one: any of a choice or of a few points, else one that a normal step leads to, in the
  /// logarithm where the range is logarithmic.
  package func neighbour(of value: Double, using generator: inout DrawGenerator) -> Double {
    switch self {
    case .categorical(let distribution):
      guard distribution.choices.count > 1 else { return value }
      let drawn = Double(generator.uniform(below: distribution.choices.count - 1))
      return drawn < value ? drawn : drawn + 1
    case .int(let range) where !range.log && range.pointCount <= Self.fewPoints:
      guard range.pointCount > 1 else { return value }
      let place = ((value - Double(range.low)) / Double(range.step)).rounded()
      let drawn = Double(generator.uniform(below: range.pointCount - 1))
      return Double(range.low) + (drawn < place ? drawn : drawn + 1) * Double(range.step)
    case .float, .int:
      guard let range = NumericRange(self), range.width > 0 else { return value }
      // A step that rounds to where it began is taken again.
      for _ in 0..<32 {
        let result = range.value(at: Self.step(from: range.place(of: value), in: range, using: &generator))
        if result != value { return result }
      }
      return self.value(atQuantile: generator.uniform())
    }
  }

  /// A normal step, thrown back at the ends of the range.
  private static func step(
    from place: Double, in range: NumericRange, using generator: inout DrawGenerator
  ) -> Double {
    let step = stepDeviation * range.width * Gaussian.quantile(generator.uniformInside())
    let offset = abs(place - range.low + step).truncatingRemainder(dividingBy: 2 * range.width)
    return range.low + min(offset, 2 * range.width - offset)
  }
}
