import OrderedCollections
import SearchSpace
import Trials

import TestSupport
@testable import Samplers

/// A history as `Fixtures/generate_tpe.py` draws it; both must change together.
struct RandomHistory {
  struct Parameter {
    let name: String
    let kind: Int
    let choices: Int
    let isConditional: Bool
    let isDynamic: Bool

    func distribution(wide: Bool) throws -> Distribution {
      switch kind {
      case 0: .float(try FloatDistribution(low: wide ? -7 : -5, high: 10))
      case 1: .float(try FloatDistribution(low: wide ? 1e-6 : 1e-5, high: 0.1, log: true))
      case 2: .float(try FloatDistribution(low: 0, high: wide ? 1.5 : 1, step: 0.1))
      case 3: .int(try IntDistribution(low: 1, high: wide ? 20 : 16))
      case 4: .int(try IntDistribution(low: -10, high: wide ? 100 : 90, step: 5))
      case 5: .int(try IntDistribution(low: 1, high: wide ? 200 : 128, log: true))
      default: .categorical(try CategoricalDistribution((0..<choices).map { .string("c\($0)") }))
      }
    }
  }

  private static let sizes = [10, 11, 14, 24, 26, 27, 40, 60, 100, 150, 320]

  let directions: [StudyDirection]
  let isMultivariate: Bool
  let parameters: [Parameter]
  private(set) var trials: [FrozenTrial] = []
  let points: UInt64

  init(case index: Int) throws {
    var random = SplitMix64(seed: UInt64(index * 1_000_003 + 17))
    let objectives = [1, 1, 1, 2, 3, 4][random.below(6)]
    var directions: [StudyDirection] = []
    for _ in 0..<objectives { directions.append(random.below(2) == 1 ? .maximize : .minimize) }
    self.directions = directions
    isMultivariate = random.below(2) == 0
    let size = Self.sizes[random.below(Self.sizes.count)]
    let isConstrained = random.below(3) == 0
    let isFinite = random.below(2) == 0
    // With few complete trials the good part reaches into the pruned and the infeasible ones.
    let isScarce = random.below(3) == 0
    var parameters: [Parameter] = []
    for place in 0..<(1 + random.below(6)) {
      let (kind, choices) = (random.below(7), 2 + random.below(4))
      let isConditional = place > 0 && random.below(4) == 0
      let isDynamic = place > 0 && random.below(8) == 0
      parameters.append(
        Parameter(
          name: "p\(place)", kind: kind, choices: choices, isConditional: isConditional, isDynamic: isDynamic))
    }
    self.parameters = parameters
    for number in 0..<size {
      trials.append(
        try Self.trial(
          number, parameters: parameters, objectives: objectives, isFinite: isFinite, isConstrained: isConstrained,
          isScarce: isScarce, random: &random))
    }
    points = random.next()
  }

  private static func trial(
    _ number: Int, parameters: [Parameter], objectives: Int, isFinite: Bool, isConstrained: Bool,
    isScarce: Bool, random: inout SplitMix64
  ) throws -> FrozenTrial {
    let state: TrialState =
      switch random.below(100) {
      case ..<(isScarce ? 4 : 62): .complete
      case ..<80: .pruned
      case ..<88: .running
      case ..<95: .failed
      default: .waiting
      }
    var trial = FrozenTrial(id: Int64(number), number: number, state: state)
    var relative: OrderedDictionary<String, Double> = [:]
    var relativeSpace: OrderedDictionary<String, Distribution> = [:]
    for parameter in parameters {
      let isPresent = !parameter.isConditional || random.below(10) < 7
      let isWide = parameter.isDynamic && random.below(2) == 0
      let distribution = try parameter.distribution(wide: isWide)
      let value = drawValue(distribution, &random)
      let isHidden = random.below(3) == 0
      guard isPresent else { continue }
      if state == .running, isHidden {
        (relative[parameter.name], relativeSpace[parameter.name]) = (value, distribution)
      } else {
        trial.parameters[parameter.name] = .init(distribution: distribution, value: value)
      }
    }
    trial.systemAttributes = RelativeParameters.attributes(for: relative, in: relativeSpace)
    var values: [Double] = []
    for _ in 0..<objectives { values.append(drawNumber(&random)) }
    if isFinite { values = values.map { $0.isFinite ? $0 : 1 } }
    if state == .complete { trial.values = values }
    var step = -1
    for _ in 0..<random.below(4) {
      step += 1 + random.below(2)
      let isNaN = random.below(12) == 0
      let value = drawNumber(&random)
      if objectives == 1 { trial.intermediateValues.append(.init(step: step, value: isNaN ? .nan : value)) }
    }
    let (first, second) = (random.uniform() * 3 - 2, random.uniform() * 2 - 1.5)
    if isConstrained, state == .complete || state == .pruned {
      trial.systemAttributes["constraints:a"] = .double(first)
      trial.systemAttributes["constraints:b"] = .double(second)
    }
    return trial
  }

  static func drawValue(_ distribution: Distribution, _ random: inout SplitMix64) -> Double {
    var u = random.uniform()
    switch distribution {
    case .categorical(let choice): return (u * Double(choice.choices.count)).rounded(.down)
    case .int(let range):
      if range.log { u = u * u }
      let count = (range.high - range.low) / range.step + 1
      return Double(range.low + Int(u * Double(count)) * range.step)
    case .float(let range):
      if range.step != nil { return (u * Double((range.high > 1.2 ? 15 : 10) + 1)).rounded(.down) * 0.1 }
      if range.log { u = u * u * u }
      return range.low + u * (range.high - range.low)
    }
  }

  private static func drawNumber(_ random: inout SplitMix64) -> Double {
    let roll = random.below(60)
    if roll == 0 { return .infinity }
    if roll == 1 { return -.infinity }
    return roll < 25 ? Double(random.below(20)) / 4 : random.uniform() * 10 - 5
  }

  /// The history of the trials, which arrive in another order than that of their numbers.
  func history() -> TrialHistory {
    var history = TrialHistory(directions: directions)
    var random = SplitMix64(seed: points)
    for trial in trials.shuffled(using: &random) {
      if trial.number % 3 == 0 {
        var earlier = trial
        earlier.state = trial.number % 2 == 0 ? .running : .waiting
        history.update(earlier)
      }
      history.update(trial)
      if trial.number % 5 == 0 { history.update(trial) }
    }
    return history
  }
}
