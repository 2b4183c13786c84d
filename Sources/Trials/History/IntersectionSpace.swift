package import OrderedCollections
package import SearchSpace

/// The parameters that every one of some trials has under one and the same distribution.
///
/// A name that is missing once, or whose distribution differs once, is dropped for good.
package struct IntersectionSpace: Sendable {
  /// By name, in the order of the names' Unicode scalars.
  package private(set) var distributions: OrderedDictionary<String, Distribution> = [:]
  private(set) var isUnbounded = true

  package init() {}

  init(isUnbounded: Bool, distributions: OrderedDictionary<String, Distribution>) {
    self.isUnbounded = isUnbounded
    self.distributions = distributions
  }

  package mutating func intersect(_ parameters: OrderedDictionary<String, FrozenTrial.Parameter>) {
    if isUnbounded {
      isUnbounded = false
      let sorted = parameters.elements.sorted { $0.key.precedesByScalars($1.key) }
      for (name, parameter) in sorted { distributions[name] = parameter.distribution }
    } else if !distributions.allSatisfy({ parameters[$0.key]?.distribution == $0.value }) {
      distributions = distributions.filter { parameters[$0.key]?.distribution == $0.value }
    }
  }
}
