/// A set of trials' numbers as ranges, of which a study has few, since most numbers follow one another.
package struct NumberSet: Sendable, Hashable {
  /// By ascending bound; none is empty and no two touch.
  package private(set) var ranges: [Range<Int>] = []
  package private(set) var count = 0

  package init() {}

  /// A set of ranges by ascending bound that do not touch.
  init(ranges: [Range<Int>]) {
    self.ranges = ranges
    count = ranges.reduce(0) { $0 + $1.count }
  }

  /// - Complexity: O(log r) for *r* ranges.
  package func contains(_ number: Int) -> Bool {
    let number = min(number, .max - 1)
    let place = placeOfLast(startingAtOrBelow: number)
    return place >= 0 && ranges[place].contains(number)
  }

  /// Adds a number; the greatest integer there is counts as the one before it.
  ///
  /// - Complexity: O(log r), and O(r) where the number begins a range of its own before others.
  /// - Returns: Whether it was not there.
  @discardableResult
  package mutating func insert(_ number: Int) -> Bool {
    let number = min(number, .max - 1)
    let place = placeOfLast(startingAtOrBelow: number)
    if place >= 0, ranges[place].contains(number) { return false }
    count += 1
    let extendsLower = place >= 0 && ranges[place].upperBound == number
    let extendsUpper = place + 1 < ranges.count && ranges[place + 1].lowerBound == number + 1
    switch (extendsLower, extendsUpper) {
    case (true, true):
      ranges[place] = ranges[place].lowerBound..<ranges[place + 1].upperBound
      ranges.remove(at: place + 1)
    case (true, false): ranges[place] = ranges[place].lowerBound..<(number + 1)
    case (false, true): ranges[place + 1] = number..<ranges[place + 1].upperBound
    case (false, false): ranges.insert(number..<(number + 1), at: place + 1)
    }
    return true
  }

  /// How many members lie below each of some numbers, which ascend.
  ///
  /// - Complexity: O(r + *numbers*).
  package func ranks(of numbers: [Int]) -> [Int] {
    var (place, below) = (0, 0)
    return numbers.map { number in
      while place < ranges.count, ranges[place].upperBound <= number {
        below += ranges[place].count
        place += 1
      }
      return below + (place < ranges.count ? max(0, number - ranges[place].lowerBound) : 0)
    }
  }

  /// The place of the last range that starts at or below a number; −1 where none does.
  private func placeOfLast(startingAtOrBelow number: Int) -> Int {
    if let last = ranges.last, last.lowerBound <= number { return ranges.count - 1 }
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].lowerBound <= number { low = middle + 1 } else { high = middle }
    }
    return low - 1
  }
}
