import Graphs
import RealModule

extension ReferenceNode {
  func run(_ operation: FakeQuantization) {
    let count = outputShape.count
    switch operation {
    case .values:
      let (step, zero) = Self.affine(inputs[1])
      for i in 0..<count { output[i] = step * min(max(Self.rounded(inputs[0][i] / step), -zero), 255 - zero) }

    case .valuesGradient:
      let (step, zero) = Self.affine(inputs[2])
      for i in 0..<count {
        let q = Self.rounded(inputs[1][i] / step)
        output[i] = q >= -zero && q <= 255 - zero ? inputs[0][i] : 0
      }

    case .movingRange(let momentum):
      var (low, high) = (inputs[1][0], inputs[1][0])
      for i in 0..<inputShapes[1].count {
        low = min(low, inputs[1][i])
        high = max(high, inputs[1][i])
      }
      let part = Scalar(momentum)
      (output[0], output[1]) = ((1 - part) * inputs[0][0] + part * low, (1 - part) * inputs[0][1] + part * high)

    case .weights(let bits):
      let limit = Self.limit(bits)
      for i in 0..<count {
        let step = self.step(of: i, weights: 0, steps: 1)
        output[i] = step * min(max(Self.rounded(inputs[0][i] / step), -limit), limit)
      }

    case .weightsGradient(let bits):
      let limit = Self.limit(bits)
      for i in 0..<count {
        let q = Self.rounded(inputs[1][i] / step(of: i, weights: 1, steps: 2))
        output[i] = abs(q) <= limit ? inputs[0][i] : 0
      }

    case .stepsGradient(let bits):
      let limit = Self.limit(bits)
      let channels = WeightChannels(inputShapes[1])
      let elements = inputShapes[1].count
      output.update(repeating: 0, count: count)
      for i in 0..<elements {
        let v = inputs[1][i] / step(of: i, weights: 1, steps: 2)
        let q = Self.rounded(v)
        output[count == 1 ? 0 : channels.channel(of: i)] +=
          inputs[0][i] * (abs(q) <= limit ? q - v : v < 0 ? -limit : limit)
      }
      let factor = 1 / (Scalar(elements / count) * limit).squareRoot()
      for i in 0..<count { output[i] *= factor }

    case .extents(let bits, _):
      let channels = WeightChannels(inputShapes[0])
      output.update(repeating: 0, count: count)
      for i in 0..<inputShapes[0].count {
        let channel = count == 1 ? 0 : channels.channel(of: i)
        output[channel] = max(output[channel], abs(inputs[0][i]))
      }
      for i in 0..<count { output[i] = max(output[i] / Self.limit(bits), Self.leastStep) }
    }
  }

  /// No step is below it: that of weights which are all 0, and one that learning took beyond 0.
  private static var leastStep: Scalar { 0x1p-30 }

  private static func limit(_ bits: Int) -> Scalar { Scalar((1 << (bits - 1)) - 1) }

  private static func rounded(_ number: Scalar) -> Scalar { number.rounded(.toNearestOrEven) }

  private func step(of element: Int, weights: Int, steps: Int) -> Scalar {
    let channel = inputShapes[steps].count == 1 ? 0 : WeightChannels(inputShapes[weights]).channel(of: element)
    return max(inputs[steps][channel], Self.leastStep)
  }

  /// The step of 256 numbers that cover a range and 0, and the place of 0 among them.
  static func affine(_ range: UnsafePointer<Scalar>) -> (step: Scalar, zero: Scalar) {
    let (low, high) = (min(range[0], 0), max(range[1], 0))
    let step = max((high - low) / 255, 0x1p-23)
    return (step, min(max(rounded(-low / step), 0), 255))
  }
}
