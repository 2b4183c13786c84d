extension Dataset {
  /// Cuts the data set into a test part and, of the rest, as many splits as there are folds: each has another fold for its
  /// validation and trains on all others (Kohavi 1995, stratified cross-validation).
  ///
  /// Classes keep their proportions in each fold as nearly as whole samples allow; a class of a single sample is trained on
  /// in every split and validated in none. The same seed gives the same folds on every machine.
  ///
  /// - Parameters:
  ///   - count: The number of folds, at least 2.
  ///   - test: The fraction of samples for the test, above 0 and below 1.
  ///   - seed: Decides which samples go where.
  /// - Throws: `DatasetError` of code `invalidSplit` where a number is out of range or a part would be empty.
  public func folds(_ count: Int, test: Double = 0.2, seed: UInt64) throws(DatasetError) -> [DatasetSplits] {
    try foldIndices(count, test: test, seed: seed).map { splits(at: $0, test: nil) }
  }

  /// As above, beside a test part that comes with the data set.
  public func folds(_ count: Int, test: Dataset, seed: UInt64) throws(DatasetError) -> [DatasetSplits] {
    try foldIndices(count, test: test, seed: seed).map { splits(at: $0, test: test) }
  }

  /// Which samples each split of a cross-validation takes.
  package func foldIndices(
    _ count: Int, test: Double, seed: UInt64
  ) throws(DatasetError) -> [DatasetSplits.Indices] {
    guard test > 0, test < 1 else {
      throw DatasetError(
        .invalidSplit, "a fraction of \(test) for the test must be above 0 and below 1", source: name)
    }
    let parts = try parts(validation: 0, test: test, seed: seed)
    return try foldIndices(of: parts.training, in: count, test: parts.test.sorted())
  }

  /// As above, beside a test part that comes with the data set.
  package func foldIndices(
    _ count: Int, test: Dataset, seed: UInt64
  ) throws(DatasetError) -> [DatasetSplits.Indices] {
    try requireAlike(test)
    let parts = try parts(validation: 0, test: 0, seed: seed)
    return try foldIndices(of: parts.training, in: count, test: Array(0..<test.count))
  }

  /// Deals samples, which stand class by class, to the folds in turn.
  private func foldIndices(
    of samples: [Int], in count: Int, test: [Int]
  ) throws(DatasetError) -> [DatasetSplits.Indices] {
    guard count >= 2, count <= samples.count else {
      throw DatasetError(
        .invalidSplit, "\(samples.count) samples make no \(count) folds; there are 2 or more, of a sample each",
        source: name)
    }
    var folds = [[Int]](repeating: [], count: count)
    var always: [Int] = []
    var next = 0
    for group in grouped(samples) {
      if group.count == 1, case .classes = target {
        always += group
        continue
      }
      for sample in group {
        folds[next % count].append(sample)
        next += 1
      }
    }
    guard next >= count else {
      throw DatasetError(.invalidSplit, "too few classes have more than one sample for \(count) folds", source: name)
    }
    return folds.indices.map { fold in
      let training = always + folds.indices.filter { $0 != fold }.flatMap { folds[$0] }
      return DatasetSplits.Indices(training: training.sorted(), validation: folds[fold].sorted(), test: test)
    }
  }

  /// Samples that stand class by class, as a list a class.
  private func grouped(_ samples: [Int]) -> [[Int]] {
    guard case .classes(let labels, _) = target else { return [samples] }
    var groups: [[Int]] = []
    for sample in samples {
      if let last = groups.last?.first, labels[last] == labels[sample] {
        groups[groups.count - 1].append(sample)
      } else {
        groups.append([sample])
      }
    }
    return groups
  }
}
