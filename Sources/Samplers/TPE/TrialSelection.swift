import OrderedCollections
import SearchSpace
import Trials

/// The trials that have all parameters of a space, as the kernels of two estimators: the good part of a split, and all others
/// with the running ones. The kernels of each are in the order of the trials' numbers.
struct TrialSelection {
  /// A running trial's internal values in the order of the space's names.
  struct Running {
    var number: Int
    var values: [Double]
    var kernel = 0
  }

  private let space: OrderedDictionary<String, Distribution>
  private let columns: [ParameterColumn]
  /// By row: the kernel among the others, or `good` less the kernel in the good part, or `outside`.
  private var kernelByRow: [Int32]
  private static let outside: Int32 = -1
  private static let good: Int32 = -2
  /// The rows of the good part.
  private let below: [Int]
  private var running: [Running] = []
  private var aboveCount = 0

  /// The weights of the trials of either part in units of the prior's; see `FadingWeights`.
  private let belowWeights: [Double]
  /// Nil for those of `FadingWeights`.
  private var aboveWeights: [Double]?

  init(
    split: TPESplit, running: [Running], space: OrderedDictionary<String, Distribution>, history: TrialHistory
  ) {
    self.space = space
    let columns: [ParameterColumn] = space.compactMap { name, distribution in
      guard let column = history.rows.columns[name], column.fits(distribution) else { return nil }
      return column
    }
    self.columns = columns
    let rows = history.rows
    let other: Int32 = .max
    kernelByRow = [Int32](repeating: columns.count == space.count ? other : Self.outside, count: rows.numbers.count)
    for column in columns where column.count < rows.byNumber.count { column.exclude(from: &kernelByRow) }
    var below: [Int] = []
    for row in split.below where kernelByRow[row] == other {
      kernelByRow[row] = Self.good - Int32(below.count)
      below.append(row)
    }
    self.below = below
    belowWeights =
      history.directions.count == 1
      ? Array(FadingWeights(count: below.count)) : Array(repeating: 1, count: below.count)
    number(other, running: running, split: split, rows: rows)
  }

  /// Numbers the kernels of the others.
  private mutating func number(_ other: Int32, running: [Running], split: TPESplit, rows: HistoryRows) {
    var next: Int32 = 0
    var waiting = running[...]
    // Which row each kernel stands for, where some rows stand for others; nil for a running trial.
    let isExhaustive = rows.isExhaustive
    var members: [(number: Int, row: Int?)] = []
    for chunk in rows.byNumber.chunks {
      for element in chunk {
        let row = Int(element.row)
        guard kernelByRow[row] == other else { continue }
        if !isExhaustive || !waiting.isEmpty {
          let number = rows.numbers[row]
          while let first = waiting.first, first.number < number {
            self.running.append(Running(number: first.number, values: first.values, kernel: Int(next)))
            members.append((first.number, nil))
            waiting.removeFirst()
            next += 1
          }
          members.append((number, row))
        }
        kernelByRow[row] = next
        next += 1
      }
    }
    for trial in waiting {
      self.running.append(Running(number: trial.number, values: trial.values, kernel: Int(next)))
      members.append((trial.number, nil))
      next += 1
    }
    if rows.byNumber.count < rows.numbers.count {
      // No number leads to a vacant row.
      for row in kernelByRow.indices where kernelByRow[row] == other { kernelByRow[row] = Self.outside }
    }
    aboveCount = Int(next)
    aboveWeights = isExhaustive ? nil : Self.weights(of: members, above: split, in: rows)
  }

  /// The weights where some trials stand for others as well: each by its age among all trials that are not in the good
  /// part, over the probability of its presence.
  ///
  /// Trials that lack a parameter count as well, for who lacks it is known of the present ones only.
  private static func weights(
    of members: [(number: Int, row: Int?)], above split: TPESplit, in rows: HistoryRows
  ) -> [Double] {
    let runningCount = members.count { $0.row == nil }
    let count = rows.count - split.below.count + runningCount
    let below = split.below.map { rows.numbers[$0] }
    let fading = FadingWeights(count: count)
    var (passedBelow, passedRunning) = (0, 0)
    return zip(members, rows.results.ranks(of: members.map(\.number))).map { member, rank in
      while passedBelow < below.count, below[passedBelow] < member.number { passedBelow += 1 }
      let age = rank - passedBelow + passedRunning
      if member.row == nil { passedRunning += 1 }
      return fading[age] / (member.row.map(rows.inclusion) ?? 1)
    }
  }

  /// The density of the good part and that of the others.
  func estimators() -> (below: ParzenEstimator, above: ParzenEstimator) {
    let arena = KernelArena()
    var good: [ParzenEstimator.Dimension] = []
    var others: [ParzenEstimator.Dimension] = []
    good.reserveCapacity(space.count)
    others.reserveCapacity(space.count)
    for (index, distribution) in space.values.enumerated() {
      if case .categorical(let choices) = distribution {
        let observed = self.choices(of: index, in: arena)
        good.append(.categorical(CategoricalKernels(choiceCount: choices.choices.count, observed: observed.below)))
        others.append(.categorical(CategoricalKernels(choiceCount: choices.choices.count, observed: observed.above)))
      } else {
        guard let range = NumericRange(distribution) else { preconditionFailure("every number has a range") }
        let observed = observations(of: index, range: range, in: arena)
        good.append(.numeric(NumericKernels(range: range, observations: observed.below)))
        others.append(.numeric(NumericKernels(range: range, observations: observed.above)))
      }
    }
    let below = ParzenEstimator(dimensions: good, observationWeights: belowWeights, in: arena)
    guard let aboveWeights else {
      let weights = FadingWeights(count: aboveCount)
      return (below, ParzenEstimator(dimensions: others, observationWeights: weights, in: arena))
    }
    return (below, ParzenEstimator(dimensions: others, observationWeights: aboveWeights, in: arena))
  }

  /// The observations of a choice, with room for the prior's kernel.
  private func choices(
    of index: Int, in arena: KernelArena
  ) -> (below: ArenaArray<Int32>, above: ArenaArray<Int32>) {
    let (good, others): (ArenaArray<Int32>, ArenaArray<Int32>) = (
      arena.array(below.count + 1), arena.array(aboveCount + 1)
    )
    for trial in running { others[trial.kernel] = Int32(trial.values[index]) }
    guard columns.indices.contains(index) else { return (good, others) }
    columns[index].values.withUnsafeBufferPointer { values in
      for (kernel, row) in below.enumerated() { good[kernel] = Int32(values[row]) }
      kernelByRow.withUnsafeBufferPointer { kernels in
        for row in 0..<min(values.count, kernels.count) where kernels[row] >= 0 {
          others[Int(kernels[row])] = Int32(values[row])
        }
      }
    }
    return (good, others)
  }

  /// The observations of a number.
  private func observations(
    of index: Int, range: NumericRange, in arena: KernelArena
  ) -> (below: Observations, above: Observations) {
    var good = Observations(capacity: below.count, in: arena)
    var others = Observations(capacity: aboveCount, in: arena)
    kernelByRow.withUnsafeBufferPointer { kernels in
      // In variables of the loop's own, which stay in registers.
      var (goodOnes, otherOnes) = (good, others)
      for chunk in columns.indices.contains(index) ? columns[index].order.chunks : [] {
        chunk.withUnsafeBufferPointer { chunk in
          for element in chunk {
            let kernel = kernels[Int(element.row)]
            if kernel >= 0 {
              otherOnes.append(element.key, kernel: kernel)
            } else if kernel <= Self.good {
              goodOnes.append(element.key, kernel: Self.good - kernel)
            }
          }
        }
      }
      (good, others) = (goodOnes, otherOnes)
    }
    if !running.isEmpty {
      others.merge(
        running.map { (place: range.place(of: $0.values[index]), kernel: Int32($0.kernel)) }
          .sorted { ($0.place, $0.kernel) < ($1.place, $1.kernel) })
    }
    return (good, others)
  }
}

extension ParameterColumn {
  /// Puts the rows that do not have the parameter outside.
  fileprivate func exclude(from kernelByRow: inout [Int32]) {
    for row in kernelByRow.indices where value(in: row) == nil { kernelByRow[row] = -1 }
  }
}
