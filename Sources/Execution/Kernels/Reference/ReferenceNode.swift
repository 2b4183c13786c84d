import Graphs
import RealModule

/// One node bound to its memory, computed by the formula of its operation's documentation in any precision.
struct ReferenceNode<Scalar: Real & BinaryFloatingPoint> {
  let operation: Operation
  let inputs: [UnsafePointer<Scalar>]
  let inputShapes: [Shape]
  let output: UnsafeMutablePointer<Scalar>
  let outputShape: Shape

  /// Computes the output.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func run(seed: UInt64) {
    let count = outputShape.count
    switch operation {
    case .input, .parameter, .state, .constant:
      preconditionFailure("stored values are not computed")

    case .dropoutMask(let probability, let stream):
      let generator = Philox(seed: seed, purpose: .dropout, stream: stream)
      let threshold = Philox.threshold(probability: probability)
      let kept = 1 / (1 - Scalar(probability))
      for i in 0..<count { output[i] = generator.block(i / 4)[i % 4] < threshold ? 0 : kept }

    case .dense(let activation):
      product(transposeLeft: false, transposeRight: true)
      let (rows, columns) = (outputShape[0], outputShape[1])
      for row in 0..<rows {
        for column in 0..<columns {
          let i = row * columns + column
          if inputs.count == 3 { output[i] += inputs[2][column] }
          if let activation { output[i] = Self.apply(activation, output[i]) }
        }
      }

    case .matrixProduct(let transposeLeft, let transposeRight):
      product(transposeLeft: transposeLeft, transposeRight: transposeRight)

    case .activation(let activation):
      for i in 0..<count { output[i] = Self.apply(activation, inputs[0][i]) }

    case .activationGradient(let activation):
      for i in 0..<count { output[i] = inputs[0][i] * Self.derivative(of: activation, at: inputs[1][i]) }

    case .add:
      for i in 0..<count { output[i] = inputs[0][i] + inputs[1][i] }

    case .multiply:
      for i in 0..<count { output[i] = inputs[0][i] * inputs[1][i] }

    case .scale(let factor):
      for i in 0..<count { output[i] = inputs[0][i] * Scalar(factor) }

    case .multiplyByScalar:
      let factor = inputs[1][0]
      for i in 0..<count { output[i] = inputs[0][i] * factor }

    case .sumRows:
      for column in 0..<count {
        var sum: Scalar = 0
        for row in 0..<inputShapes[0].count / count { sum += inputs[0][row * count + column] }
        output[column] = sum
      }

    case .broadcastRows(let rows):
      let columns = outputShape[1]
      for row in 0..<rows {
        for column in 0..<columns { output[row * columns + column] = inputs[0][column] }
      }

    case .sum:
      var sum: Scalar = 0
      for i in 0..<inputShapes[0].count { sum += inputs[0][i] }
      output[0] = sum

    case .convolution(let operation): run(operation)
    case .pooling(let operation): run(operation)
    case .normalization(let operation): run(operation)
    case .fakeQuantization(let operation): run(operation)
    case .loss(let loss): run(loss)
    case .lossGradient(let loss): runGradient(of: loss)

    case .activationCurvature(let activation):
      for i in 0..<count { output[i] = Self.curvature(of: activation, at: inputs[0][i]) }

    case .softmax, .softmaxGradient:
      softmax(isGradient: operation == .softmaxGradient)

    case .reshape:
      // A view may lie where its input does.
      if output != inputs[0] { output.update(from: inputs[0], count: count) }

    case .concatenate(let axis):
      var start = 0
      for (input, shape) in zip(inputs, inputShapes) {
        copy(from: input, shape, 0, to: output, outputShape, start, extent: shape[axis], axis: axis)
        start += shape[axis]
      }

    case .slice(let axis, let start, let extent):
      copy(from: inputs[0], inputShapes[0], start, to: output, outputShape, 0, extent: extent, axis: axis)

    case .embed(let axis, let start, _):
      output.update(repeating: 0, count: count)
      copy(
        from: inputs[0], inputShapes[0], 0, to: output, outputShape, start, extent: inputShapes[0][axis], axis: axis)
    }
  }

  /// Copies `extent` places along an axis, from one place of the source to one of the destination.
  private func copy(
    from source: UnsafePointer<Scalar>, _ sourceShape: Shape, _ sourceStart: Int,
    to destination: UnsafeMutablePointer<Scalar>, _ shape: Shape, _ start: Int, extent: Int, axis: Int
  ) {
    let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
    for outer in 0..<shape.dimensions[..<axis].reduce(1, *) {
      (destination + (outer * shape[axis] + start) * inner).update(
        from: source + (outer * sourceShape[axis] + sourceStart) * inner, count: extent * inner)
    }
  }

  private func product(transposeLeft: Bool, transposeRight: Bool) {
    let (rows, columns) = (outputShape[0], outputShape[1])
    let inner = inputShapes[0][transposeLeft ? 0 : 1]
    for row in 0..<rows {
      for column in 0..<columns {
        var sum: Scalar = 0
        for k in 0..<inner {
          let left = inputs[0][transposeLeft ? k * rows + row : row * inner + k]
          let right = inputs[1][transposeRight ? column * inner + k : k * columns + column]
          sum += left * right
        }
        output[row * columns + column] = sum
      }
    }
  }
}
