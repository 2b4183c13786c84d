import CDensities

/// The observations of a number on the line of its range, by ascending place, equal ones by ascending kernel.
struct Observations {
  /// The places, with one more number before them, and whole vectors from the first place to one more number behind the
  /// last, for the neighbours of the outermost and for the prior's kernel.
  private let places: UnsafeMutablePointer<Double>
  /// The place of each among the kernels of the estimator; they are 0..<count in some order.
  private let kernels: UnsafeMutablePointer<Int32>
  private(set) var count = 0
  private let capacity: Int
  private let arena: KernelArena

  /// - Parameters:
  ///   - capacity: How many there may be.
  ///   - arena: Where they lie.
  init(capacity: Int, in arena: KernelArena) {
    // The first place begins a vector.
    places = arena.array(capacity + 1 + 2 * Int(CDensitiesLanes)).start + Int(CDensitiesLanes)
    kernels = arena.array(capacity).start
    self.capacity = capacity
    self.arena = arena
  }

  /// Puts one behind the last.
  mutating func append(_ place: Double, kernel: Int32) {
    precondition(count < capacity, "there are more observations than expected")
    places[count] = place
    kernels[count] = kernel
    count += 1
  }

  /// Puts others, by ascending place and kernel, where they belong.
  mutating func merge(_ others: [(place: Double, kernel: Int32)]) {
    precondition(count + others.count <= capacity, "there are more observations than expected")
    var index = count - 1
    for rest in others.indices.reversed() {
      let (place, kernel) = others[rest]
      while index >= 0, (place, kernel) < (places[index], kernels[index]) {
        (places[index + rest + 1], kernels[index + rest + 1]) = (places[index], kernels[index])
        index -= 1
      }
      (places[index + rest + 1], kernels[index + rest + 1]) = (place, kernel)
    }
    count += others.count
  }

  /// The kernels in a range: the distinct ones by ascending centre and the prior's behind them, and which of these each is.
  ///
  /// Their widths are the greater of the distances to both neighbours, limited to range / min(100, n + 2)...range; the
  /// outermost of several observations look inwards only.
  consuming func kernels(
    in range: NumericRange
  ) -> (centres: ArenaArray<Double>, widths: ArenaArray<Double>, entries: ArenaArray<Int32>) {
    let widths: ArenaArray<Double> = arena.array(count + 1)
    (places[-1], places[count]) = count > 1 ? (places[0], places[count - 1]) : (range.low, range.high)
    for behind in (count + 1)..<(DensityLoops.padded(count + 1) + 1) { places[behind] = range.high }
    let narrowest = range.width / min(100, Double(count + 2))
    DensityLoops.best.kernelWidths(places, narrowest, range.width, widths.start, DensityLoops.padded(count))
    let entries: ArenaArray<Int32> = arena.array(count + 1)
    let distinct = range.step == nil ? enter(entries.start) : enterDistinct(entries.start, widths.start)
    (places[distinct], widths.start[distinct]) = (0.5 * (range.low + range.high), range.width)
    entries.start[count] = Int32(distinct)
    let centres = ArenaArray(start: places, count: distinct + 1, arena: arena)
    centres.fill(with: range.high)
    let distinctWidths = ArenaArray(start: widths.start, count: distinct + 1, arena: arena)
    distinctWidths.fill(with: range.width)
    return (centres, distinctWidths, entries)
  }

  /// Gives each kernel its own centre and width.
  private func enter(_ entries: UnsafeMutablePointer<Int32>) -> Int {
    for index in 0..<count { entries[Int(kernels[index])] = Int32(index) }
    return count
  }

  /// Gives equal kernels the same centre and width; the others move up.
  private func enterDistinct(_ entries: UnsafeMutablePointer<Int32>, _ widths: UnsafeMutablePointer<Double>) -> Int {
    var distinct = 0
    var (lastCentre, lastWidth) = (Double.nan, Double.nan)
    for index in 0..<count {
      let (centre, width) = (places[index], widths[index])
      distinct += centre == lastCentre && width == lastWidth ? 0 : 1
      (places[distinct - 1], widths[distinct - 1]) = (centre, width)
      (lastCentre, lastWidth) = (centre, width)
      entries[Int(kernels[index])] = Int32(distinct - 1)
    }
    return distinct
  }
}
