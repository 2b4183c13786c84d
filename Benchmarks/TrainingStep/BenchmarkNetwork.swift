import Graphs

/// A network that is timed, known to the script under the same name.
enum BenchmarkNetwork {
  /// Dense layers of the given widths with ReLU between them: `64-128-64-10`.
  case dense([Int])
  /// 8x8x1: convolution 16, batch normalization, ReLU, pooling, convolution 32, the same, global pooling, dense 10.
  case conv8x8
  /// 28x28x1: convolution 32, batch normalization, ReLU, pooling, convolution 64, the same, dense 128, ReLU, dense 10.
  case conv28x28
  /// 32x32x3: convolution 16, then three depthwise and pointwise pairs to 32, 64 and 64 channels, the second of stride 2,
  /// batch normalization and ReLU after each, global pooling, dense 10.
  case separable32x32

  init?(_ name: String) {
    switch name {
    case "conv8x8": self = .conv8x8
    case "conv28x28": self = .conv28x28
    case "separable32x32": self = .separable32x32
    default:
      let widths = name.split(separator: "-").compactMap { Int($0) }
      guard widths.count >= 2 else { return nil }
      self = .dense(widths)
    }
  }

  /// The shape of one sample.
  var sample: [Int] {
    switch self {
    case .dense(let widths): [widths[0]]
    case .conv8x8: [8, 8, 1]
    case .conv28x28: [28, 28, 1]
    case .separable32x32: [32, 32, 3]
    }
  }

  /// The number of classes.
  var classes: Int {
    if case .dense(let widths) = self { return widths[widths.count - 1] }
    return 10
  }

  /// Appends the network and returns its logits.
  func logits(of x: Value, in graph: inout Graph) throws -> Value {
    var value = x
    func block(_ layer: Value, _ name: String, _ graph: inout Graph) throws -> Value {
      try graph.relu(graph.batchNormalization(layer, name: name))
    }
    switch self {
    case .dense(let widths):
      for (number, units) in widths.dropFirst().enumerated() {
        value = try graph.dense(value, units: units, name: "layer\(number)")
        if number < widths.count - 2 { value = try graph.relu(value) }
      }
      return value

    case .conv8x8, .conv28x28:
      let isSmall = if case .conv8x8 = self { true } else { false }
      value = try graph.conv2d(value, channels: isSmall ? 16 : 32, hasBias: false, name: "conv1")
      value = try graph.maxPooling(block(value, "norm1", &graph), Pooling(window: Extent(2)))
      value = try graph.conv2d(value, channels: isSmall ? 32 : 64, hasBias: false, name: "conv2")
      value = try block(value, "norm2", &graph)
      if isSmall { return try graph.dense(graph.globalAveragePooling(value), units: 10, name: "head") }
      value = try graph.flatten(graph.maxPooling(value, Pooling(window: Extent(2))))
      value = try graph.relu(graph.dense(value, units: 128, name: "dense"))
      return try graph.dense(value, units: 10, name: "head")

    case .separable32x32:
      value = try block(graph.conv2d(value, channels: 16, hasBias: false, name: "conv"), "norm", &graph)
      for (number, (channels, stride)) in [(32, 1), (64, 2), (64, 1)].enumerated() {
        value = try graph.depthwiseConv2d(value, stride: Extent(stride), hasBias: false, name: "depthwise\(number)")
        value = try block(value, "depthwise\(number).norm", &graph)
        value = try graph.conv2d(
          value, channels: channels, kernel: Extent(1), hasBias: false, name: "pointwise\(number)")
        value = try block(value, "pointwise\(number).norm", &graph)
      }
      return try graph.dense(graph.globalAveragePooling(value), units: 10, name: "head")
    }
  }
}
