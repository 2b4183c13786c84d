import Graphs
import Training

/// One node bound to the bytes that it reads and writes.
struct IntegerKernel {
  let network: IntegerNetwork
  let node: IntegerNetwork.Node
  let inputs: [UnsafePointer<UInt8>]
  let output: UnsafeMutablePointer<UInt8>

  var inputTensor: IntegerNetwork.Tensor { network.tensors[node.inputs[0]] }
  var outputTensor: IntegerNetwork.Tensor { network.tensors[node.output] }

  /// The loop that computes the node.
  func make() -> () -> Void {
    switch node.operation {
    case .convolution(let convolution, let weights, _): convolutionKernel(convolution, weights)
    case .dense(let weights, _): denseKernel(weights)
    case .add: addKernel()
    case .lookup(let table, _): lookupKernel(table)
    case .maxPooling(let pooling): maxPoolingKernel(pooling)
    case .averagePooling(let pooling, let countsPadding): averagePoolingKernel(pooling, countsPadding)
    case .globalAveragePooling: globalAverageKernel()
    case .concatenate(let tables): concatenationKernel(tables)
    case .reshape: copyKernel()
    }
  }

  private func denseKernel(_ weights: IntegerWeights) -> () -> Void {
    let (x, y) = (inputs[0], output)
    let (width, units) = (weights.shape[1], weights.shape[0])
    let zero = Int32(inputTensor.quantization.zeroPoint)
    let requantization = Requantization(weights, to: outputTensor.quantization)
    // Σ (q - z) w = Σ q w - z Σ w, whose last part is known before. The parts may leave 32 bits where the sum does not.
    let bias = (0..<units).map { unit in
      weights.bias[unit] &- zero &* weights.elements[unit * width..<(unit + 1) * width].reduce(0) { $0 &+ Int32($1) }
    }
    return {
      weights.elements.withUnsafeBufferPointer { elements in
        guard var row = elements.baseAddress else { return }
        for unit in 0..<units {
          var sum: Int32 = 0
          for i in 0..<width { sum &+= Int32(x[i]) &* Int32(row[i]) }
          y[unit] = requantization(sum &+ bias[unit], channel: unit)
          row += width
        }
      }
    }
  }

  private func addKernel() -> () -> Void {
    let (left, right, y) = (inputs[0], inputs[1], output)
    let count = outputTensor.shape.count
    let sum = QuantizedSum(
      network.tensors[node.inputs[0]].quantization, network.tensors[node.inputs[1]].quantization,
      to: outputTensor.quantization)
    return { for i in 0..<count { y[i] = sum(left[i], right[i]) } }
  }

  private func lookupKernel(_ table: [UInt8]) -> () -> Void {
    let (x, y) = (inputs[0], output)
    let count = outputTensor.shape.count
    return { for i in 0..<count { y[i] = table[Int(x[i])] } }
  }

  /// Nothing where the engine lets both share their bytes.
  private func copyKernel() -> () -> Void {
    let (x, y) = (inputs[0], output)
    let count = outputTensor.shape.count
    return { if x != UnsafePointer(y) { y.update(from: x, count: count) } }
  }

  private func concatenationKernel(_ tables: [[UInt8]]) -> () -> Void {
    let (inputs, y) = (inputs, output)
    let widths = node.inputs.map { network.tensors[$0].shape.dimensions.last ?? 1 }
    let width = widths.reduce(0, +)
    let rows = outputTensor.shape.count / width
    return {
      var start = 0
      for (input, (inputWidth, table)) in zip(inputs, zip(widths, tables)) {
        for row in 0..<rows {
          for i in 0..<inputWidth { y[row * width + start + i] = table[Int(input[row * inputWidth + i])] }
        }
        start += inputWidth
      }
    }
  }
}

/// Takes the sums of a layer to the bytes of its output.
struct Requantization {
  private let multipliers: [Float]
  private let zero: Int32
  private let low: Float
  private let high: Float

  init(_ weights: IntegerWeights, to output: AffineQuantization) {
    self.init(multipliers: weights.multipliers, to: output)
  }

  init(multipliers: [Float], to output: AffineQuantization) {
    self.multipliers = multipliers
    zero = Int32(output.zeroPoint)
    low = -Float(output.zeroPoint)
    high = 255 - Float(output.zeroPoint)
  }

  /// round(sum · m[channel]) + z, saturated.
  func callAsFunction(_ sum: Int32, channel: Int) -> UInt8 {
    let clamped = min(max(Float(sum) * multipliers[channel], low), high)
    return UInt8(truncatingIfNeeded: Int32(clamped.roundedToEven) &+ zero)
  }
}

/// The sum of two bytes of different quantizations, by two fused multiplications and additions to a constant, which is itself
/// computed with a fused one: where a sum is all but halfway between two bytes, the last bit of the constant decides.
struct QuantizedSum {
  let left: Float
  let right: Float
  let fixed: Float

  init(_ left: AffineQuantization, _ right: AffineQuantization, to output: AffineQuantization) {
    self.left = left.scale / output.scale
    self.right = right.scale / output.scale
    let zero = (self.right * Float(right.zeroPoint)).addingProduct(self.left, Float(left.zeroPoint))
    fixed = Float(output.zeroPoint) - zero
  }

  func callAsFunction(_ a: UInt8, _ b: UInt8) -> UInt8 {
    let inner = fixed.addingProduct(Float(b), right)
    let sum = inner.addingProduct(Float(a), left)
    return UInt8(min(max(sum, 0), 255).roundedToEven)
  }
}

extension Float {
  /// The nearest whole number, halves to even, of a number of less than 2^22; the library's function does the same, by a
  /// call for each.
  var roundedToEven: Float {
    let shift: Float = 0x1.8p23
    return (self + shift) - shift
  }
}
