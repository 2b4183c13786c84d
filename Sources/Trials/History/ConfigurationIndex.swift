import SearchSpace

/// Finds trials with results by their parameters.
struct ConfigurationIndex: Sendable {
  /// The first trial of each hash, by number; a hash seldom has a second one.
  private var first: [Int: Int32] = [:]
  private var others: [Int: Set<Int32>] = [:]

  /// The numbers of the trials that may have the parameters of a trial, ascending; some may only have the same hash.
  func candidates(_ trial: FrozenTrial) -> [Int] {
    let hash = Self.hash(trial)
    guard let number = first[hash] else { return [] }
    return ([number] + (others[hash] ?? [])).sorted().map(Int.init)
  }

  mutating func insert(_ trial: FrozenTrial) {
    let hash = Self.hash(trial)
    let number = Int32(clamping: trial.number)
    if let known = first[hash] {
      if known != number { others[hash, default: []].insert(number) }
    } else {
      first[hash] = number
    }
  }

  /// A sum, so that the order of the parameters does not matter.
  private static func hash(_ trial: FrozenTrial) -> Int {
    trial.parameters.reduce(0) { sum, element in
      var hasher = Hasher()
      hasher.combine(element.key)
      hasher.combine(element.value.value)
      return sum &+ hasher.finalize()
    }
  }
}
