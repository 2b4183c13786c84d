import Synchronization

/// A data set with the splits that networks are trained on: one, or one a fold.
///
/// A split is gathered and standardized where it is asked for, and all who hold it at the same time share it. So a
/// cross-validation takes the memory of the data set and of the folds that are being trained on, and not of all folds. Where
/// all of them together are small, they are kept, since gathering them for each trial would take longer than the trial's first
/// steps.
package final class DatasetParts: Sendable {
  /// A split as networks take it: encoded and standardized by its own training part.
  package final class Split: Sendable {
    package let data: DatasetSplits

    init(_ data: DatasetSplits) { self.data = data }
  }

  /// Where a split is, each under a lock of its own: whoever wants another one does not wait.
  private final class Slot: Sendable {
    struct State {
      /// The split as long as somebody holds it.
      weak var shared: Split?
      /// The same, where it is kept.
      var kept: Split?
    }

    let state = Mutex(State())
  }

  private let samples: Dataset
  private let test: Dataset?
  private let indices: [DatasetSplits.Indices]
  private let areKept: Bool
  private let slots: [Slot]

  /// Takes a data set and which of its samples go where.
  ///
  /// - Parameters:
  ///   - samples: The samples.
  ///   - indices: Those of each split.
  ///   - test: The test part that comes with the samples; nil to cut it off.
  ///   - mostKeptBytes: The bytes up to which all splits are kept.
  package init(
    of samples: Dataset, at indices: [DatasetSplits.Indices], test: Dataset?, mostKeptBytes: Int = 32 << 20
  ) {
    self.samples = samples
    self.test = test
    self.indices = indices
    let bytes = 4 * (samples.features.count + (test?.features.count ?? 0))
    areKept = indices.count == 1 || bytes <= mostKeptBytes / indices.count
    slots = indices.map { _ in Slot() }
  }

  /// The number of splits, at least 1.
  package var count: Int { indices.count }

  /// What tells the samples from others, whatever their files are called: a hash of them and one of the test part that comes
  /// with them, as hexadecimal numbers.
  package var fingerprint: String {
    ([samples] + (test.map { [$0] } ?? [])).map { String($0.contentHash, radix: 16) }.joined(separator: " ")
  }

  /// What was left out of the files, in words.
  package var omissions: [String] {
    [samples, test].compactMap { part in part?.omission.map { "\(part?.name ?? ""): \($0)" } }
  }

  /// A split as the samples come.
  package func raw(_ number: Int) -> DatasetSplits { samples.splits(at: indices[number], test: test) }

  /// A split as networks take it, which is shared with whoever else holds it.
  package func standardized(_ number: Int) -> Split {
    // Whoever comes second waits, and takes what the first has made.
    slots[number].state.withLock { state in
      if let known = state.shared { return known }
      let split = Split(raw(number).standardized())
      state = Slot.State(shared: split, kept: areKept ? split : nil)
      return split
    }
  }
}
