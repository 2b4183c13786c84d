import SearchSpace

/// Under which distributions the rows of a history have one parameter.
struct DistributionCounts: Sendable {
  private struct Entry: Sendable {
    var distribution: Distribution
    var rows = 0
    /// How many of the rows are complete trials.
    var completeRows = 0
  }

  private var entries: [Entry] = []
  private var places: [Distribution: Int32] = [:]
  private var vacant: [Int32] = []
  /// The place among the entries by row; −1 where the row does not have the parameter, and perhaps shorter than the rows.
  private var placeByRow: [Int32] = []

  /// The distribution in a row; nil where it does not have the parameter.
  func distribution(in row: Int) -> Distribution? {
    guard row < placeByRow.count, placeByRow[row] >= 0 else { return nil }
    return entries[Int(placeByRow[row])].distribution
  }

  /// The distribution that all rows have, or all complete ones.
  ///
  /// - Parameters:
  ///   - count: How many of these there are.
  ///   - includingPruned: Whether all rows are meant.
  func common(to count: Int, includingPruned: Bool) -> Distribution? {
    guard count > 0 else { return nil }
    return entries.first { (includingPruned ? $0.rows : $0.completeRows) == count }?.distribution
  }

  mutating func insert(_ distribution: Distribution, row: Int, isComplete: Bool) {
    let place = place(of: distribution) ?? add(distribution)
    while placeByRow.count <= row { placeByRow.append(-1) }
    placeByRow[row] = place
    entries[Int(place)].rows += 1
    if isComplete { entries[Int(place)].completeRows += 1 }
  }

  private func place(of distribution: Distribution) -> Int32? {
    // Mostly it is the one of the last row, which is found without a hash.
    if let last = placeByRow.last, last >= 0, entries[Int(last)].distribution == distribution { return last }
    return places[distribution]
  }

  private mutating func add(_ distribution: Distribution) -> Int32 {
    let place: Int32
    if let free = vacant.popLast() {
      place = free
      entries[Int(place)] = Entry(distribution: distribution)
    } else {
      place = Int32(entries.count)
      entries.append(Entry(distribution: distribution))
    }
    places[distribution] = place
    return place
  }

  mutating func remove(row: Int, isComplete: Bool) {
    guard row < placeByRow.count, placeByRow[row] >= 0 else { return }
    let place = placeByRow[row]
    placeByRow[row] = -1
    entries[Int(place)].rows -= 1
    if isComplete { entries[Int(place)].completeRows -= 1 }
    guard entries[Int(place)].rows == 0 else { return }
    places[entries[Int(place)].distribution] = nil
    vacant.append(place)
  }
}
