import OrderedCollections
import SearchSpace
import Trials

/// The trials whose parameters make up one estimator, in the order of their numbers, which is the order of its kernels.
struct TrialSelection {
  /// A running trial's internal values in the order of the space's names.
  struct Running {
    var number: Int
    var values: [Double]
    var kernel = 0
  }

  /// The rows of a history that are among them, with their kernels' places.
  enum Rows {
    /// A few rows by ascending number.
    case few([Int])
    /// The kernel by row; −1 for rows that are not among them.
    case kernelByRow([Int32])
  }

  let rows: Rows
  private(set) var running: [Running] = []
  /// How many trials there are.
  let count: Int
  private let columns: [ParameterColumn]

  /// The weights of the trials in units of the prior's; see `FadingWeights`.
  let weights: [Double]

  /// The rows of the good part that have all parameters of a space.
  init(below split: TPESplit, space: OrderedDictionary<String, Distribution>, history: TrialHistory) {
    columns = Self.columns(of: space, in: history)
    let columns = columns
    let rows = split.below.filter { row in columns.count == space.count && columns.allSatisfy { $0.has(row) } }
    self.rows = .few(rows)
    count = rows.count
    weights =
      history.directions.count == 1
      ? ParzenEstimator.fadingWeights(count: rows.count) : Array(repeating: 1, count: rows.count)
  }

  /// All other rows, and running trials, that have all parameters of a space.
  init(
    above split: TPESplit, running: [Running], space: OrderedDictionary<String, Distribution>, history: TrialHistory
  ) {
    columns = Self.columns(of: space, in: history)
    var kernelByRow = [Int32](repeating: columns.count == space.count ? 0 : -1, count: history.rows.numbers.count)
    for row in split.below { kernelByRow[row] = -1 }
    for column in columns { column.exclude(from: &kernelByRow) }
    var next: Int32 = 0
    var waiting = running[...]
    // Which row each kernel stands for, where some rows stand for others; nil for a running trial.
    let isExhaustive = history.rows.isExhaustive
    var members: [(number: Int, row: Int?)] = []
    for chunk in history.rows.byNumber.chunks {
      for element in chunk {
        let row = Int(element.row)
        guard kernelByRow[row] >= 0 else { continue }
        let number = history.rows.numbers[row]
        while let first = waiting.first, first.number < number {
          self.running.append(Running(number: first.number, values: first.values, kernel: Int(next)))
          if !isExhaustive { members.append((first.number, nil)) }
          waiting.removeFirst()
          next += 1
        }
        if !isExhaustive { members.append((number, row)) }
        kernelByRow[row] = next
        next += 1
      }
    }
    for trial in waiting {
      self.running.append(Running(number: trial.number, values: trial.values, kernel: Int(next)))
      if !isExhaustive { members.append((trial.number, nil)) }
      next += 1
    }
    rows = .kernelByRow(kernelByRow)
    count = Int(next)
    weights =
      isExhaustive
      ? ParzenEstimator.fadingWeights(count: Int(next)) : Self.weights(of: members, above: split, in: history.rows)
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

  private static func columns(
    of space: OrderedDictionary<String, Distribution>, in history: TrialHistory
  ) -> [ParameterColumn] {
    space.compactMap { name, distribution in
      guard let column = history.rows.columns[name], column.fits(distribution) else { return nil }
      return column
    }
  }

  /// The kernels of each parameter of the space.
  func dimensions(of space: OrderedDictionary<String, Distribution>) -> [ParzenEstimator.Dimension] {
    space.values.enumerated().map { index, distribution in
      if case .categorical(let choices) = distribution {
        return .categorical(CategoricalKernels(choiceCount: choices.choices.count, observed: choicesOf(index)))
      }
      guard let range = NumericRange(distribution) else { preconditionFailure("every number has a range") }
      return .numeric(NumericKernels(range: range, observations: observations(of: index, range: range)))
    }
  }

  private func choicesOf(_ index: Int) -> [Int32] {
    var result = [Int32](repeating: 0, count: count)
    switch rows {
    case .few(let rows):
      for (kernel, row) in rows.enumerated() { result[kernel] = Int32(columns[index].values[row]) }
    case .kernelByRow(let kernels):
      if columns.indices.contains(index) {
        let values = columns[index].values
        for (row, kernel) in kernels.enumerated() where kernel >= 0 { result[Int(kernel)] = Int32(values[row]) }
      }
    }
    for trial in running { result[trial.kernel] = Int32(trial.values[index]) }
    return result
  }

  /// The observations of a number, in the order in which `NumericKernels` takes them.
  private func observations(of index: Int, range: NumericRange) -> [NumericKernels.Observation] {
    func ordered(_ observations: [NumericKernels.Observation]) -> [NumericKernels.Observation] {
      observations.sorted { ($0.place, $0.kernel) < ($1.place, $1.kernel) }
    }
    func late(_ trial: Running) -> NumericKernels.Observation {
      .init(place: range.place(of: trial.values[index]), kernel: Int32(trial.kernel))
    }
    switch rows {
    case .few(let rows):
      return ordered(
        rows.enumerated().map { .init(place: range.place(of: columns[index].values[$1]), kernel: Int32($0)) })
    case .kernelByRow(let kernels):
      let late = ordered(running.map(late))
      guard columns.indices.contains(index) else { return late }
      let order = columns[index].order.chunks
      return [NumericKernels.Observation](unsafeUninitializedCapacity: count) { result, resultCount in
        kernels.withUnsafeBufferPointer { kernels in
          var (next, nextLate) = (0, 0)
          for chunk in order {
            chunk.withUnsafeBufferPointer { chunk in
              for element in chunk {
                let kernel = kernels[Int(element.row)]
                guard kernel >= 0 else { continue }
                while nextLate < late.count, (late[nextLate].place, late[nextLate].kernel) < (element.key, kernel) {
                  result.initializeElement(at: next, to: late[nextLate])
                  (next, nextLate) = (next + 1, nextLate + 1)
                }
                result.initializeElement(at: next, to: .init(place: element.key, kernel: kernel))
                next += 1
              }
            }
          }
          while nextLate < late.count {
            result.initializeElement(at: next, to: late[nextLate])
            (next, nextLate) = (next + 1, nextLate + 1)
          }
          resultCount = next
        }
      }
    }
  }
}

extension ParameterColumn {
  fileprivate func has(_ row: Int) -> Bool { value(in: row) != nil }

  /// Marks the rows that do not have the parameter.
  fileprivate func exclude(from kernelByRow: inout [Int32]) {
    for (row, value) in values.enumerated() where value.isNaN { kernelByRow[row] = -1 }
    if values.count < kernelByRow.count {
      for row in values.count..<kernelByRow.count { kernelByRow[row] = -1 }
    }
  }
}
