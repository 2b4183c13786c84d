import OrderedCollections
import Samplers
import SearchSpace
import Synchronization
import TrialStorage
import Trials

/// The parameters of a trial that the sampler draws jointly.
struct JointDraw: Sendable {
  let space: OrderedDictionary<String, Distribution>
  /// Internal values of all of the space, or of some of it.
  let values: OrderedDictionary<String, Double>

  /// Draws for a trial, which is among the running ones of the history.
  init(by sampler: any Sampler, draw: Draw, history: TrialHistory) {
    space = sampler.relativeSpace(history)
    values = space.isEmpty ? [:] : sampler.sampleRelative(space, draw: draw, history: history)
  }

  /// The distributions of the values.
  var distributions: OrderedDictionary<String, Distribution> {
    values.count == space.count ? space : space.filter { values[$0.key] != nil }
  }

  /// The attributes by which it is made known to other processes.
  func attributes(of sampler: any Sampler) -> OrderedDictionary<String, JSONValue> {
    values.isEmpty ? [:] : sampler.relativeAttributes(for: values, in: space)
  }

  /// Shows the values to the other trials of the process as parameters of a trial that runs.
  func announce(for trial: FrozenTrial, to history: inout TrialHistory) {
    var announced = trial
    announced.parameters.reserveCapacity(announced.parameters.count + values.count)
    for (name, value) in values where announced.parameters[name] == nil {
      announced.parameters[name] = space[name].map { FrozenTrial.Parameter(distribution: $0, value: value) }
    }
    history.update(announced)
  }
}

/// Whether the joint draw of a study's next trial can be made before the trial is started, so that both are one transaction,
/// and for which number.
///
/// That pays where trials announce what was drawn jointly, which is so where they ask for their parameters one by one, and
/// where no other process takes the number meanwhile: after two trials of this process that follow each other.
struct DrawAhead: Sendable {
  private var last: Int?
  private var follows = false
  private var announces = false

  /// The number to draw for, nil to wait until the trial asks.
  var number: Int? { announces && follows ? last.map { $0 + 1 } : nil }

  /// Takes note of a trial that this process has started.
  mutating func note(started number: Int) {
    follows = last.map { $0 + 1 } == number
    last = number
  }

  /// Takes note of a trial that announced its joint draw by itself, or of one that had nothing to announce.
  mutating func note(announces: Bool) { self.announces = announces }
}
