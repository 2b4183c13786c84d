import Graphs
import Training

extension CSourceWriter {
  /// The line that computes a node.
  mutating func call(_ node: IntegerNetwork.Node) -> String {
    let (from, to) = (network.tensors[node.inputs[0]], network.tensors[node.output])
    let (x, y) = (place(node.inputs[0]), place(node.output))
    let zero = from.quantization.zeroPoint
    switch node.operation {
    case .convolution(let convolution, let weights, _):
      let numbers =
        walk(
          from.shape, to.shape, Extent(height: weights.shape[0], width: weights.shape[1]), convolution.stride,
          convolution.padding) + [
          convolution.dilation.height, convolution.dilation.width, weights.shape[3], convolution.groups,
        ]
      return "    \(name)_convolution(\(x), \(y), \(list(numbers)),\n        \(zero), \(layer(weights)), "
        + "\(to.quantization.zeroPoint));"

    case .dense(let weights, _):
      return "    \(name)_dense(\(x), \(y), \(weights.shape[1]), \(weights.shape[0]), \(zero), \(layer(weights)), "
        + "\(to.quantization.zeroPoint));"

    case .add:
      let sum = QuantizedSum(from.quantization, network.tensors[node.inputs[1]].quantization, to: to.quantization)
      let figures = [sum.left, sum.right, sum.fixed].map(Self.literal).joined(separator: ", ")
      return "    \(name)_add(\(x), \(place(node.inputs[1])), \(y), \(to.shape.count), \(figures));"

    case .lookup(let table, let activation):
      let table = constant("\(to.name)_\(activation.name)_table", "uint8_t", table.map(String.init))
      return "    \(name)_lookup(\(x), \(y), 1, \(to.shape.count), \(to.shape.count), \(table));"

    case .maxPooling(let pooling):
      let numbers = walk(from.shape, to.shape, pooling.window, pooling.stride, pooling.padding)
      return "    \(name)_max_pooling(\(x), \(y), \(list(numbers)));"

    case .averagePooling(let pooling, let countsPadding):
      let numbers = walk(from.shape, to.shape, pooling.window, pooling.stride, pooling.padding)
      return "    \(name)_average_pooling(\(x), \(y), \(list(numbers)), \(countsPadding ? 1 : 0),\n        "
        + "\(Self.literal(from.quantization.scale)), \(zero), \(Self.literal(to.quantization.scale)), "
        + "\(to.quantization.zeroPoint));"

    case .globalAveragePooling:
      let pixels = from.shape[1] * from.shape[2]
      let multiplier = from.quantization.scale / (to.quantization.scale * Float(pixels))
      return "    \(name)_global_average(\(x), \(y), \(pixels), \(from.shape[3]), \(zero), "
        + "\(Self.literal(multiplier)), \(to.quantization.zeroPoint));"

    case .concatenate(let tables):
      let width = to.shape.dimensions.last ?? 1
      var start = 0
      var lines: [String] = []
      for (input, table) in zip(node.inputs, tables) {
        let inputWidth = network.tensors[input].shape.dimensions.last ?? 1
        let symbol = constant("\(to.name)_\(network.tensors[input].name)_table", "uint8_t", table.map(String.init))
        lines.append(
          "    \(name)_lookup(\(place(input)), \(y) + \(start), \(to.shape.count / width), \(inputWidth), \(width), "
            + "\(symbol));")
        start += inputWidth
      }
      return lines.joined(separator: "\n")

    case .reshape:
      return "    /* \(CSource.comment(to.name)): the same bytes, as \(to.shape) */"
    }
  }

  private func place(_ tensor: Int) -> String { "arena + \(memory.offsets[tensor])" }

  private func list(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: ", ") }

  /// Height, width and channels of an image, height and width of the output, window, stride and padding.
  private func walk(_ from: Shape, _ to: Shape, _ window: Extent, _ stride: Extent, _ padding: Extent) -> [Int] {
    [from[1], from[2], from[3], to[1], to[2], window.height, window.width, stride.height, stride.width]
      + [padding.height, padding.width]
  }

  /// The arrays of a layer and the bits of its weights.
  private mutating func layer(_ weights: IntegerWeights) -> String {
    let packed = constant("\(weights.name)_weights", "uint8_t", weights.packed.map(String.init))
    let bias = constant("\(weights.name)_bias", "int32_t", weights.bias.map(String.init))
    let multipliers = constant("\(weights.name)_multipliers", "float", weights.multipliers.map(Self.literal))
    return "\(packed), \(weights.packedBits), \(bias), \(multipliers)"
  }
}

extension IntegerWeights {
  /// The elements in two's complement, several to a byte where they are of few bits, the first in the lowest bits.
  package var packed: [UInt8] {
    let perByte = 8 / packedBits
    let mask = UInt8((1 << packedBits) - 1)
    return stride(from: 0, to: elements.count, by: perByte).map { start in
      (start..<min(start + perByte, elements.count)).reduce(0) { byte, index in
        byte | (UInt8(bitPattern: elements[index]) & mask) << UInt8((index - start) * packedBits)
      }
    }
  }
}
