/// Positions in memory, kept for the vector loops.
final class OffsetTable {
  /// The number of positions.
  let count: Int

  /// The first one.
  let start: UnsafeMutablePointer<Int32>

  init(_ offsets: [Int]) {
    count = offsets.count
    start = .allocate(capacity: max(1, offsets.count))
    for (i, offset) in offsets.enumerated() { start[i] = Int32(offset) }
  }

  deinit { start.deallocate() }
}
