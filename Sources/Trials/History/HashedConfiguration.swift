import SearchSpace

/// The parameters of a trial with a result of its own, as one number that all trials with these parameters have.
public struct HashedConfiguration: Sendable, Hashable {
  /// The number of the trial.
  package let number: Int
  /// The sum over the parameters, so that their order does not matter; the same in each process.
  package let hash: UInt64
  /// Whether the trial is excluded.
  package var isExcluded: Bool

  package init(number: Int, hash: UInt64, isExcluded: Bool) {
    (self.number, self.hash, self.isExcluded) = (number, hash, isExcluded)
  }

  /// The configuration of a trial; nil for one without a result, or with that of another.
  package init?(_ trial: FrozenTrial) {
    guard trial.state == .complete || trial.state == .pruned, trial.reused == nil else { return nil }
    self.init(number: trial.number, hash: Self.hash(trial), isExcluded: trial.isExcluded)
  }

  static func hash(_ trial: FrozenTrial) -> UInt64 {
    trial.parameters.reduce(0) { sum, element in
      sum &+ term(name: checksum(ofName: element.key), value: element.value.value)
    }
  }

  /// What stands for a name in the terms.
  package static func checksum(ofName name: String) -> UInt64 { name.utf8.checksum }

  /// What a parameter adds to the hash of its trial.
  package static func term(name checksum: UInt64, value: Double) -> UInt64 {
    // 0 and -0 are one value.
    SampleHash.mixed(checksum ^ SampleHash.mixed((value + 0).bitPattern))
  }
}
