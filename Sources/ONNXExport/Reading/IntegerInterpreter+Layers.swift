import Training

extension IntegerInterpreter {
  /// The window of a convolution or a pooling over images [1, C, H, W].
  private struct Window {
    let kernel, strides, pads, dilations: [Int]
    let height, width: Int

    /// The rows and columns of the image that the window at a place covers, with their numbers in the window.
    func forEachTap(_ row: Int, _ column: Int, of image: [Int], _ body: (_ tap: Int, _ place: Int) -> Void) {
      for i in 0..<kernel[0] {
        for j in 0..<kernel[1] {
          let h = row * strides[0] - pads[0] + i * dilations[0]
          let w = column * strides[1] - pads[1] + j * dilations[1]
          if h >= 0, h < image[2], w >= 0, w < image[3] { body(i * kernel[1] + j, h * image[3] + w) }
        }
      }
    }
  }

  private func window(_ node: ONNXNodeProto, over shape: [Int]) throws(ONNXError) -> Window {
    guard shape.count == 4 else { throw misfit(node, "reads no image") }
    let kernel = try ints(node, "kernel_shape", [1, 1])
    let strides = try ints(node, "strides", [1, 1])
    let pads = try ints(node, "pads", [0, 0, 0, 0])
    let dilations = try ints(node, "dilations", [1, 1])
    guard (kernel + strides + dilations).allSatisfy({ $0 >= 1 }), pads.allSatisfy({ $0 >= 0 }) else {
      throw misfit(node, "has a window that there is not")
    }
    let extents = (0..<2).map { axis -> Int in
      let padded = shape[axis + 2] + pads[axis] + pads[axis + 2]
      let room = padded - dilations[axis] * (kernel[axis] - 1) - 1
      return room < 0 ? 0 : room / strides[axis] + 1
    }
    guard extents[0] >= 1, extents[1] >= 1 else { throw misfit(node, "has a window larger than its image") }
    return Window(
      kernel: kernel, strides: strides, pads: pads, dilations: dilations, height: extents[0], width: extents[1])
  }

  private func operands(
    _ node: ONNXNodeProto
  ) throws(ONNXError) -> (
    x: Value, bytes: [UInt8], from: AffineQuantization, weights: [Int8], shape: [Int], scales: [Float], bias: [Int32]
  ) {
    let (x, weight, bias) = (try value(node, 0), try value(node, 1), try value(node, 2))
    guard case .quantized(let bytes, let from) = x.content, case .weights(let weights, let scales) = weight.content,
      case .bias(let sums) = bias.content, sums.count == scales.count
    else { throw misfit(node, "reads other than quantized values, weights and biases") }
    return (x, bytes, from, weights, weight.shape, scales.map { from.scale * $0 }, sums)
  }

  mutating func convolve(_ node: ONNXNodeProto) throws(ONNXError) -> Value {
    let (x, bytes, from, weights, shape, scales, bias) = try operands(node)
    let window = try window(node, over: x.shape)
    let groups = try ints(node, "group", [1])[0]
    guard shape.count == 4, groups >= 1, x.shape[1] == shape[1] * groups, shape[0] % groups == 0,
      Array(shape[2...]) == window.kernel
    else { throw misfit(node, "has weights that do not fit") }
    let pixels = x.shape[2] * x.shape[3]
    let taps = shape[2] * shape[3]
    try spend(shape[0], window.height, window.width, shape[1], taps, on: node)
    var sums: [Int32] = []
    for output in 0..<shape[0] {
      let first = output / (shape[0] / groups) * shape[1]
      for row in 0..<window.height {
        for column in 0..<window.width {
          var sum = bias[output]
          for channel in 0..<shape[1] {
            window.forEachTap(row, column, of: x.shape) { tap, place in
              let value = Int32(bytes[(first + channel) * pixels + place]) - Int32(from.zeroPoint)
              sum &+= value &* Int32(weights[(output * shape[1] + channel) * taps + tap])
            }
          }
          sums.append(sum)
        }
      }
    }
    return Value(shape: [1, shape[0], window.height, window.width], content: .sums(sums, scales: scales))
  }

  mutating func dense(_ node: ONNXNodeProto) throws(ONNXError) -> Value {
    let (x, bytes, from, weights, shape, scales, bias) = try operands(node)
    guard shape.count == 2, x.shape == [1, shape[1]], try ints(node, "transB", [0]) == [1] else {
      throw misfit(node, "has weights that do not fit")
    }
    try spend(shape[0], shape[1], on: node)
    let sums = bias.indices.map { unit in
      bytes.indices.reduce(bias[unit]) { sum, i in
        sum &+ (Int32(bytes[i]) - Int32(from.zeroPoint)) &* Int32(weights[unit * shape[1] + i])
      }
    }
    return Value(shape: [1, shape[0]], content: .sums(sums, scales: scales))
  }

  mutating func pool(_ node: ONNXNodeProto) throws(ONNXError) -> Value {
    let x = try value(node, 0)
    guard case .quantized(let bytes, let from) = x.content else { throw misfit(node, "pools what is not quantized") }
    let window = try window(node, over: x.shape)
    let countsPadding = try ints(node, "count_include_pad", [0]) == [1]
    try spend(x.shape[1], window.height, window.width, window.kernel[0], window.kernel[1], on: node)
    let pixels = x.shape[2] * x.shape[3]
    var largest: [UInt8] = []
    var means: [Float] = []
    for channel in 0..<x.shape[1] {
      for row in 0..<window.height {
        for column in 0..<window.width {
          var (best, sum, count) = (UInt8(0), Float(0), 0)
          window.forEachTap(row, column, of: x.shape) { _, place in
            let byte = bytes[channel * pixels + place]
            best = max(best, byte)
            sum += from.dequantize(byte)
            count += 1
          }
          largest.append(best)
          means.append(sum / Float(countsPadding ? window.kernel[0] * window.kernel[1] : count))
        }
      }
    }
    return Value(
      shape: [1, x.shape[1], window.height, window.width],
      content: node.opType == "MaxPool" ? .quantized(largest, from) : .means(means))
  }

  func poolAll(_ node: ONNXNodeProto) throws(ONNXError) -> Value {
    let x = try value(node, 0)
    guard case .quantized(let bytes, let from) = x.content, x.shape.count == 4 else {
      throw misfit(node, "pools what is no quantized image")
    }
    let pixels = x.shape[2] * x.shape[3]
    let sums = (0..<x.shape[1]).map { channel in
      bytes[channel * pixels..<(channel + 1) * pixels].reduce(Int32(0)) { $0 &+ Int32($1) &- Int32(from.zeroPoint) }
    }
    return Value(shape: [1, x.shape[1], 1, 1], content: .pooled(sums, scale: from.scale, count: pixels))
  }

  func reshape(_ node: ONNXNodeProto) throws(ONNXError) -> Value {
    var x = try value(node, 0)
    let count = try ONNXShape.count(x.shape)
    var shape = [1, count]
    if node.opType == "Reshape" {
      guard let target = try constant(node, 1).int64s, target.count >= 1,
        target.allSatisfy({ (0...Int64(ONNXIntegerFile.limit)).contains($0) })
      else { throw misfit(node, "has no shape") }
      shape = [1] + target.dropFirst().map { Int($0) }
    }
    guard try ONNXShape.count(shape) == count else { throw misfit(node, "makes \(shape) of \(x.shape)") }
    x.shape = shape
    return x
  }

  func transpose(_ node: ONNXNodeProto) throws(ONNXError) -> Value {
    let x = try value(node, 0)
    let order = try ints(node, "perm", Array(repeating: 0, count: x.shape.count))
    guard case .quantized(let bytes, let from) = x.content, order.sorted() == Array(0..<x.shape.count) else {
      throw misfit(node, "transposes what is not quantized, or in no order")
    }
    let shape = order.map { x.shape[$0] }
    var strides = Array(repeating: 1, count: shape.count)
    for axis in strides.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * x.shape[axis + 1] }
    let moved = (0..<bytes.count).map { position in
      var (rest, source) = (position, 0)
      for axis in shape.indices.reversed() {
        source += rest % shape[axis] * strides[order[axis]]
        rest /= shape[axis]
      }
      return bytes[source]
    }
    return Value(shape: shape, content: .quantized(moved, from))
  }

  func concatenate(_ node: ONNXNodeProto) throws(ONNXError) -> Value {
    // Of one sample the channels, or the features, of one value lie after those of the other.
    guard try ints(node, "axis", [1]) == [1] else { throw misfit(node, "joins another axis than that of channels") }
    var numbers: [Float] = []
    var shape: [Int] = []
    for (position, name) in node.input.enumerated() {
      let x = try value(node, position)
      guard x.shape.count >= 2, x.shape[0] == 1, shape.isEmpty || x.shape[2...] == shape[2...] else {
        throw misfit(node, "joins values of different extents")
      }
      shape = shape.isEmpty ? x.shape : [1, shape[1] + x.shape[1]] + shape[2...]
      _ = try ONNXShape.count(shape)
      numbers += try floats(name)
    }
    return Value(shape: shape, content: .floats(numbers))
  }
}
