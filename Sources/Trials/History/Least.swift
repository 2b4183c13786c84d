/// Finds the least of many elements without keeping all of them.
struct Least<Element: Comparable> {
  private let count: Int
  private var found: [Element] = []
  /// No element from here on is among them.
  private var bar: Element?

  init(count: Int) { self.count = count }

  mutating func insert(_ element: Element) {
    if let bar, !(element < bar) { return }
    found.append(element)
    if found.count >= 2 * count + 64 { cut() }
  }

  private mutating func cut() {
    found.sort()
    if found.count > count {
      bar = found[count]
      found.removeLast(found.count - count)
    }
  }

  /// The least elements in ascending order, as many as asked for or as there are.
  mutating func elements() -> [Element] {
    cut()
    return found
  }
}
