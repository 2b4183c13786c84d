/// The volume that points dominate within a reference point; every coordinate is a loss.
enum Hypervolume {
  /// - Parameters:
  ///   - points: None exceeds the reference in a coordinate.
  ///   - reference: Finite in every coordinate.
  /// - Returns: Infinity where a point is at minus infinity.
  /// - Complexity: O(n log n) for two objectives, O(n²) for three, exponential in the worst case from four on, where the
  ///   exclusive volumes of While, Bradstreet and Barone (2012, doi:10.1109/TEVC.2010.2077298) are summed.
  static func compute(_ points: [[Double]], reference: [Double]) -> Double {
    guard !points.isEmpty else { return 0 }
    let distinct = NonDomination.sortedDistinct(points).points
    let flags = NonDomination.frontFlags(of: distinct)
    let front = zip(distinct, flags).filter(\.1).map(\.0)
    let volume =
      switch reference.count {
      case 2: planar(front, reference: reference)
      case 3: spatial(front, reference: reference)
      default: general(front, reference: reference)
      }
    return volume.isFinite ? volume : .infinity
  }

  /// The volume that one point dominates.
  static func inclusive(_ point: [Double], reference: [Double]) -> Double {
    zip(reference, point).reduce(1) { $0 * ($1.0 - $1.1) }
  }

  private static func planar(_ front: [[Double]], reference: [Double]) -> Double {
    var ceiling = reference[1]
    var area = 0.0
    for point in front {
      area += (reference[0] - point[0]) * (ceiling - point[1])
      ceiling = point[1]
    }
    return area
  }

  /// Sums slices of the first coordinate, in each of which the other two span a staircase.
  private static func spatial(_ front: [[Double]], reference: [Double]) -> Double {
    let byHeight = front.indices.sorted { front[$0][1] < front[$1][1] }
    var depths = [Double](repeating: reference[2], count: front.count)
    var rankOfPoint = [Int](repeating: 0, count: front.count)
    for (rank, index) in byHeight.enumerated() { rankOfPoint[index] = rank }
    var volume = 0.0
    for (index, point) in front.enumerated() {
      for rank in rankOfPoint[index]..<front.count { depths[rank] = min(depths[rank], point[2]) }
      let thickness = (index + 1 < front.count ? front[index + 1][0] : reference[0]) - point[0]
      var area = 0.0
      for (rank, other) in byHeight.enumerated() {
        let next = rank + 1 < front.count ? front[byHeight[rank + 1]][1] : reference[1]
        area += (reference[2] - depths[rank]) * (next - front[other][1])
      }
      volume += area * thickness
    }
    return volume
  }

  private static func general(_ front: [[Double]], reference: [Double]) -> Double {
    front.indices.reduce(0) { sum, index in
      let limited = front[(index + 1)...].map { other in zip(other, front[index]).map { max($0, $1) } }
      return sum + inclusive(front[index], reference: reference) - compute(limited, reference: reference)
    }
  }
}
