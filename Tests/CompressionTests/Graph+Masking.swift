import Graphs

extension Graph {
  /// The weights with zeros for groups of channels, in the layers that make them and in those that read them; what the
  /// network computes is then what it computes without them.
  func maskingChannels(
    _ removed: Set<Int>, of groups: ChannelGroups, weights: [String: [Float]]
  ) -> [String: [Float]] {
    var masked = weights
    for value in values {
      let node = self[value]
      guard let x = node.inputs.first else { continue }
      let own = groups.groups[value.index].map { !removed.contains($0) }
      let read = groups.groups[x.index].map { !removed.contains($0) }
      for (place, leaf) in node.inputs.enumerated().dropFirst() where self[leaf].operation.isStored {
        guard var elements = masked[self[leaf].name] else { continue }
        // Means and variances stay: a scale and a shift of zero make zeros.
        if case .normalization = node.operation, place > 2 { continue }
        let axes = node.channelAxes(of: self[leaf].shape, at: place)
        let shape = self[leaf].shape
        for index in elements.indices {
          if let axis = axes.own, !own[shape.coordinate(of: index, axis)] { elements[index] = 0 }
          if let axis = axes.read, !read[shape.coordinate(of: index, axis)] { elements[index] = 0 }
        }
        masked[self[leaf].name] = elements
      }
    }
    return masked
  }
}
