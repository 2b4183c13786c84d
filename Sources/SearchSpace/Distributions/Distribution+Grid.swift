extension Distribution {
  /// All values in ascending order, or in the order of the choices; nil for a continuous range and for more values than
  /// `limit`.
  ///
  /// The values of a stepped range are those of decimal arithmetic: 0.3, not three times 0.1.
  package func gridValues(limit: Int) -> [Choice]? {
    switch self {
    case .categorical(let distribution): return distribution.choices
    case .int(let range):
      guard range.pointCount <= limit else { return nil }
      return stride(from: range.low, through: range.high, by: range.step).map(Choice.int)
    case .float(let range):
      if range.low == range.high { return [.double(range.low)] }
      guard let step = range.step else { return nil }
      return DecimalGrid(low: range.low, high: range.high, step: step)?.points(limit: limit)?.map(Choice.double)
    }
  }
}
