import OrderedCollections

/// Finds the trials of a deterministic study that have the parameters of one which ran beside them.
///
/// A trial does not see those beside it, and what is written of it must not depend on which of them is faster. So it is not
/// on record as their replicate: that follows from the parameters, for whoever looks at the trials together.
package struct ConcurrentDuplicates {
  /// The number of the first trial with the same parameters, by the number of each that has them from beside it.
  package private(set) var originals: [Int: Int] = [:]
  /// The trials that the next one may not have seen, by ascending number.
  private var recent: [FrozenTrial] = []

  package init() {}

  /// Takes in the next trial by ascending number.
  package mutating func add(_ trial: FrozenTrial) {
    guard [.complete, .pruned, .running].contains(trial.state), !trial.isExcluded, trial.reused == nil,
      !trial.parameters.isEmpty, let seen = trial.seen
    else { return }
    recent.removeAll { $0.number < seen.count }
    if trial.replicated == nil, let first = recent.first(where: { $0.hasParameters(of: trial) }) {
      originals[trial.number] = originals[first.number] ?? first.original
    }
    recent.append(trial)
  }
}

extension FrozenTrial {
  /// Whether the trials have the same parameters under the same values.
  package func hasParameters(of other: FrozenTrial) -> Bool {
    parameters.count == other.parameters.count
      && parameters.allSatisfy { name, parameter in
        guard let twin = other.parameters[name] else { return false }
        return parameter.value == twin.value && parameter.external == twin.external
      }
  }

  /// The number of the trial that a duplicate of this one is a replicate of.
  package var original: Int { replicated ?? reused ?? number }
}
