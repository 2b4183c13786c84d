public import OrderedCollections

extension OrderedDictionary {
  /// Takes in what another one has, whose values replace those of the same keys.
  @inlinable
  package mutating func update(with other: Self) {
    if isEmpty {
      self = other
    } else {
      merge(other) { _, new in new }
    }
  }
}
