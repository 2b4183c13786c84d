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
    case .input, .parameter, .constant:
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
      for i in 0..<count { output[i] = inputs[0][i] * Self.derivative(of: activation, atOutput: inputs[1][i]) }

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
        for row in 0..<inputShapes[0][0] { sum += inputs[0][row * count + column] }
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

    case .softmaxCrossEntropy:
      softmaxCrossEntropy()

    case .softmaxCrossEntropyGradient:
      softmaxCrossEntropyGradient()

    case .meanSquaredError:
      var sum: Scalar = 0
      for i in 0..<inputShapes[0].count {
        let difference = inputs[0][i] - inputs[1][i]
        sum += difference * difference
      }
      output[0] = sum / Scalar(inputShapes[0].count)

    case .meanSquaredErrorGradient:
      let factor = inputs[2][0] * 2 / Scalar(count)
      for i in 0..<count { output[i] = factor * (inputs[0][i] - inputs[1][i]) }
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

  private func softmaxCrossEntropy() {
    let (rows, classes) = (inputShapes[0][0], inputShapes[0][1])
    var sum: Scalar = 0
    for row in 0..<rows {
      let logits = inputs[0] + row * classes
      guard let label = Self.classNumber(inputs[1][row], of: classes) else {
        output[0] = .nan
        return
      }
      let (largest, total) = Self.softmaxTotal(logits, classes)
      sum += .log(total) + largest - logits[label]
    }
    output[0] = sum / Scalar(rows)
  }

  private func softmaxCrossEntropyGradient() {
    let (rows, classes) = (outputShape[0], outputShape[1])
    let factor = inputs[2][0] / Scalar(rows)
    for row in 0..<rows {
      let logits = inputs[0] + row * classes
      let (largest, total) = Self.softmaxTotal(logits, classes)
      let label = Self.classNumber(inputs[1][row], of: classes)
      for column in 0..<classes {
        let probability = Scalar.exp(logits[column] - largest) / total
        output[row * classes + column] = label == nil ? .nan : factor * (probability - (column == label ? 1 : 0))
      }
    }
  }

  /// The largest logit, and the sum of the exponentials of all logits less the largest.
  private static func softmaxTotal(_ logits: UnsafePointer<Scalar>, _ classes: Int) -> (largest: Scalar, total: Scalar)
  {
    var largest = -Scalar.infinity
    for column in 0..<classes { largest = max(largest, logits[column]) }
    var total: Scalar = 0
    for column in 0..<classes { total += .exp(logits[column] - largest) }
    return (largest, total)
  }

  /// The label as a class number, or nil where it is none.
  private static func classNumber(_ label: Scalar, of classes: Int) -> Int? {
    guard label >= 0, label < Scalar(classes) else { return nil }
    return Int(exactly: label)
  }

  private static func apply(_ activation: Activation, _ x: Scalar) -> Scalar {
    switch activation {
    case .relu: x > 0 ? x : (x.isNaN ? x : 0)
    case .tanh: .tanh(x)
    case .sigmoid: 1 / (1 + .exp(-x))
    }
  }

  private static func derivative(of activation: Activation, atOutput y: Scalar) -> Scalar {
    switch activation {
    case .relu: y > 0 ? 1 : 0
    case .tanh: 1 - y * y
    case .sigmoid: y * (1 - y)
    }
  }
}
