extension GradientRule {
  /// The straight-through gradient of a rounding, and the gradient by its steps.
  func gradient(of operation: FakeQuantization, byInput position: Int, in graph: inout Graph) throws -> Value? {
    let inputs = node.inputs
    switch operation {
    case .values:
      return position == 0
        ? try graph.append(.fakeQuantization(.valuesGradient), [upstream, inputs[0], inputs[1]]) : nil
    case .weights(let bits):
      let gradient: FakeQuantization = position == 0 ? .weightsGradient(bits: bits) : .stepsGradient(bits: bits)
      return try graph.append(.fakeQuantization(gradient), [upstream, inputs[0], inputs[1]])
    case .extents:
      return nil
    case .valuesGradient, .movingRange, .weightsGradient, .stepsGradient:
      throw notDifferentiable("a second time", in: graph)
    }
  }
}
