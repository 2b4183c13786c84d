/// A sorted sequence in chunks of bounded length, so that an insertion moves a few kilobytes however long it is, and a
/// copy of the sequence shares all chunks but those that change.
package struct SortedChunks<Element: Comparable & Sendable>: Sendable {
  private static var largestChunk: Int { 512 }

  /// The elements in ascending order, equal ones in the order of their insertion; no chunk is empty.
  package private(set) var chunks: [[Element]] = []
  package private(set) var count = 0

  package init() {}

  /// Inserts an element behind those that equal it.
  ///
  /// - Complexity: O(log n) comparisons and O(√n) moves up to a quarter of a million elements.
  package mutating func insert(_ element: Element) {
    count += 1
    guard let last = chunks.indices.last else {
      chunks.append([element])
      return
    }
    // The first chunk whose last element is above the new one; the last chunk also takes what is above everything.
    let index = min(last, chunks.partitioningIndex { $0.last.map { element < $0 } ?? true })
    chunks[index].insert(element, at: chunks[index].partitioningIndex { element < $0 })
    if chunks[index].count > Self.largestChunk { split(index) }
  }

  /// Whether an equal element is there.
  ///
  /// - Complexity: O(log n).
  package func contains(_ element: Element) -> Bool {
    let chunk = chunks.partitioningIndex { !($0.last.map { $0 < element } ?? true) }
    guard chunk < chunks.count else { return false }
    let place = chunks[chunk].partitioningIndex { !($0 < element) }
    return place < chunks[chunk].count && chunks[chunk][place] == element
  }

  /// Removes an equal element, where there is one.
  ///
  /// - Complexity: O(log n) comparisons and O(√n) moves up to a quarter of a million elements.
  package mutating func remove(_ element: Element) {
    let index = chunks.partitioningIndex { !($0.last.map { $0 < element } ?? true) }
    guard index < chunks.count else { return }
    let place = chunks[index].partitioningIndex { !($0 < element) }
    guard place < chunks[index].count, chunks[index][place] == element else { return }
    count -= 1
    chunks[index].remove(at: place)
    if chunks[index].isEmpty { chunks.remove(at: index) }
  }

  /// The first elements, as many as asked for or as there are.
  package func prefix(_ count: Int) -> [Element] {
    var result: [Element] = []
    result.reserveCapacity(Swift.min(count, self.count))
    for chunk in chunks where result.count < count { result += chunk.prefix(count - result.count) }
    return result
  }

  /// The greatest element.
  package var last: Element? { chunks.last?.last }

  /// The first element for which a condition holds.
  package func first(where holds: (Element) -> Bool) -> Element? {
    for chunk in chunks { if let found = chunk.first(where: holds) { return found } }
    return nil
  }

  /// The least element.
  package var first: Element? { chunks.first?.first }

  /// The element at a place in the order, counted from 0.
  ///
  /// - Complexity: O(n / 512).
  package subscript(rank: Int) -> Element {
    precondition((0..<count).contains(rank), "there is no element \(rank) among \(count)")
    var rest = rank
    for chunk in chunks {
      if rest < chunk.count { return chunk[rest] }
      rest -= chunk.count
    }
    preconditionFailure("the count of a sorted sequence is out of step with its chunks")
  }

  /// Halves a chunk, except that the last one keeps nearly all, since ascending insertions go on at its end.
  private mutating func split(_ index: Int) {
    let chunk = chunks[index]
    let cut = index == chunks.count - 1 ? chunk.count - chunk.count / 8 : chunk.count / 2
    chunks[index] = Array(chunk[..<cut])
    chunks.insert(Array(chunk[cut...]), at: index + 1)
  }
}
