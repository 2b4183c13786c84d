import CDensities

/// The loops of `CDensities` that this machine can run.
enum DensityLoops {
  /// The fastest ones.
  static let best = all[0]

  /// One for each set of instructions, the fastest first.
  static let all: [CDensitiesLoops] = {
    var found: [CDensitiesLoops] = []
    while let loops = CDensitiesLoopsAt(found.count) { found.append(loops.pointee) }
    return found
  }()

  /// A count of kernels, rounded up to whole vectors.
  static func padded(_ count: Int) -> Int {
    let lanes = Int(CDensitiesLanes)
    return (count + lanes - 1) / lanes * lanes
  }
}

extension Array<Double> {
  /// The numbers with as many others behind them as whole vectors need.
  func padded(with filler: Double) -> [Double] {
    self + repeatElement(filler, count: DensityLoops.padded(count) - count)
  }
}
