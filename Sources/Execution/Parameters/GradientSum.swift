/// A weighted sum of gradients, such as of the parts of a batch that go through a network one after the other.
package final class GradientSum {
  private let parameters: ParameterStore
  private let sum: AlignedBuffer

  /// Makes room for the gradients of a store.
  package init(_ parameters: ParameterStore) {
    self.parameters = parameters
    sum = AlignedBuffer(count: parameters.gradients.count)
  }

  /// Takes in the gradients as they are in the store.
  ///
  /// - Parameters:
  ///   - weight: What they are multiplied by.
  ///   - isFirst: Whether the sum begins with them.
  package func add(weight: Float, isFirst: Bool) {
    let (gradients, sum) = (parameters.gradients, sum.elements)
    if isFirst {
      for i in sum.indices { sum[i] = weight * gradients[i] }
    } else {
      for i in sum.indices { sum[i] += weight * gradients[i] }
    }
  }

  /// Writes the sum into the store, in place of its gradients.
  package func finish() {
    _ = parameters.gradients.update(fromContentsOf: sum.elements)
  }
}
