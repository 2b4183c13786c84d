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
    /// The place by row; −1 for rows that are not among them.
    case kernelByRow([Int32])
  }

  let rows: Rows
  private(set) var running: [Running] = []
  /// How many trials there are.
  let count: Int
  private let columns: [ParameterColumn]

  /// The rows of the good part that have all parameters of a space.
  init(below split: TPESplit, space: OrderedDictionary<String, Distribution>, history: TrialHistory) {
    columns = Self.columns(of: space, in: history)
    let columns = columns
    let rows = split.below.filter { row in columns.count == space.count && columns.allSatisfy { $0.has(row) } }
    self.rows = .few(rows)
    count = rows.count
  }

  /// All other rows, and running trials, that have all parameters of a space.
  init(
    above split: TPESplit, running: [Running], space: OrderedDictionary<String, Distribution>, history: TrialHistory
  ) {
    columns = Self.columns(of: space, in: history)
    var kernelByRow = [Int32](repeating: columns.count == space.count ? 0 : -1, count: history.rows.count)
    for row in split.below { kernelByRow[row] = -1 }
    for column in columns { column.exclude(from: &kernelByRow) }
    var next: Int32 = 0
    var waiting = running[...]
    for chunk in history.rows.byNumber.chunks {
      for element in chunk {
        let row = Int(element.row)
        guard kernelByRow[row] >= 0 else { continue }
        while let first = waiting.first, first.number < history.rows.numbers[row] {
          self.running.append(Running(number: first.number, values: first.values, kernel: Int(next)))
          waiting.removeFirst()
          next += 1
        }
        kernelByRow[row] = next
        next += 1
      }
    }
    for trial in waiting {
      self.running.append(Running(number: trial.number, values: trial.values, kernel: Int(next)))
      next += 1
    }
    rows = .kernelByRow(kernelByRow)
    count = Int(next)
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

  private func observations(of index: Int, range: NumericRange) -> [NumericKernels.Observation] {
    var result: [NumericKernels.Observation] = []
    result.reserveCapacity(count)
    switch rows {
    case .few(let rows):
      for (kernel, row) in rows.enumerated() {
        result.append(.init(place: range.place(of: columns[index].values[row]), kernel: kernel))
      }
      result.sort { ($0.place, $0.kernel) < ($1.place, $1.kernel) }
      return result
    case .kernelByRow(let kernels):
      var late = running.map { NumericKernels.Observation(place: range.place(of: $0.values[index]), kernel: $0.kernel) }
        .sorted { ($0.place, $0.kernel) < ($1.place, $1.kernel) }[...]
      if columns.indices.contains(index) {
        for chunk in columns[index].order.chunks {
          for element in chunk {
            let kernel = Int(kernels[Int(element.row)])
            guard kernel >= 0 else { continue }
            while let first = late.first, (first.place, first.kernel) < (element.key, kernel) {
              result.append(first)
              late.removeFirst()
            }
            result.append(.init(place: element.key, kernel: kernel))
          }
        }
      }
      result.append(contentsOf: late)
      return result
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
