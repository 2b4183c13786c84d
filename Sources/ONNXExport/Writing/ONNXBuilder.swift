import Graphs
import SwiftProtobuf
import Training

/// A graph of ONNX that grows node by node.
///
/// Images are [N, C, H, W] there and [N, H, W, C] here: every value of four axes is written with its channels second, so
/// that input and operators are ONNX's own; only a reshape from or to images needs a transposition.
struct ONNXBuilder {
  private(set) var graph = ONNXGraphProto()
  private var names: Set<String> = []

  /// Adds a node with one output.
  ///
  /// - Returns: The output, which has the node's name.
  @discardableResult
  mutating func node(
    _ operation: String, _ inputs: [String], _ attributes: [ONNXAttributeProto] = [], name: String
  ) -> String {
    let name = unique(name)
    graph.node.append(
      .with {
        ($0.opType, $0.name) = (operation, name)
        ($0.input, $0.output, $0.attribute) = (inputs, [name], attributes)
      })
    return name
  }

  /// Adds a constant and returns its name.
  mutating func constant(_ tensor: ONNXTensorProto) -> String {
    var tensor = tensor
    tensor.name = unique(tensor.name)
    graph.initializer.append(tensor)
    return tensor.name
  }

  /// Adds a number.
  mutating func constant(_ number: Float, name: String) -> String {
    constant(ONNXTensorProto(name, [number], shape: []))
  }

  /// Adds the input of the network: raw features, which are then standardized.
  ///
  /// - Returns: The standardized features.
  mutating func input(_ model: TrainedModel) -> String {
    let shape = model.network.graph.shape(of: model.network.input)
    let name = unique("features")
    graph.input = [ONNXValueInfoProto(name, sample: Array(shape.channelsSecond.dropFirst()))]
    guard let standardization = model.standardization else { return name }
    let groups = standardization.means.count
    func constant(_ figures: [Float], _ name: String) -> String {
      if groups == 1 { return self.constant(ONNXTensorProto(name, figures, shape: [1])) }
      if shape.rank == 4, shape[3] == groups {
        return self.constant(ONNXTensorProto(name, figures, shape: [1, groups, 1, 1]))
      }
      let each = (0..<shape.count).map { figures[$0 % groups] }
      return self.constant(ONNXTensorProto(name, shape.channelsSecond(each), shape: shape.channelsSecond))
    }
    let mean = constant(standardization.means, "features_mean")
    let scale = constant(standardization.deviations.map { 1 / $0 }, "features_scale")
    let centered = node("Sub", [name, mean], name: "features_centered")
    return node("Mul", [centered, scale], name: "features_standardized")
  }

  /// Ends the graph with the network's outputs: logits, or the value in the unit of the data.
  mutating func output(_ last: String, _ model: TrainedModel) {
    var name = last
    if case .value(let mean, let deviation) = model.target, mean != 0 || deviation != 1 {
      name = node("Mul", [last, constant(Float(deviation), name: "value_deviation")], name: "value_scaled")
      name = node("Add", [name, constant(Float(mean), name: "value_mean")], name: "value_shifted")
    }
    let isClasses = if case .classes = model.target { true } else { false }
    // The last node makes what is called by the output's name.
    let output = unique(isClasses ? "logits" : "value")
    let index = graph.node.lastIndex { $0.output == [name] }
    if let index, !graph.node.contains(where: { $0.input.contains(name) }) {
      graph.node[index].output = [output]
    } else {
      node("Identity", [name], name: output)
    }
    graph.output = [ONNXValueInfoProto(output, sample: [model.network.outputWidth])]
  }

  /// The file.
  func model(_ trained: TrainedModel, name: String) -> ONNXModelProto {
    var graph = graph
    graph.name = name
    var metadata = trained.provenance
    // Names may hold commas and quotes: lists are JSON.
    if case .classes(let names) = trained.target { metadata["classes"] = names.json }
    if !trained.featureNames.isEmpty { metadata["features"] = trained.featureNames.json }
    for (part, metrics) in trained.metrics {
      for metric in Metric.allCases {
        if let value = metrics[metric] { metadata["\(part) \(metric.rawValue)"] = "\(value)" }
      }
    }
    if let quantization = trained.quantization { metadata["quantization"] = quantization.method }
    return .with {
      ($0.irVersion, $0.producerName, $0.graph) = (7, "hpo", graph)
      $0.opsetImport = [.with { ($0.domain, $0.version) = ("", 13) }]
      $0.metadataProps = metadata.sorted { $0.key < $1.key }.map { entry in
        .with { ($0.key, $0.value) = entry }
      }
    }
  }

  private mutating func unique(_ name: String) -> String {
    var candidate = name
    var number = 2
    while !names.insert(candidate).inserted {
      candidate = "\(name)_\(number)"
      number += 1
    }
    return candidate
  }
}

extension [String] {
  /// The array as JSON: `["a","b, c"]`.
  var json: String {
    let texts = map { text in
      let characters = text.unicodeScalars.map { scalar in
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\u{0}"..<" ":
          "\\u" + String(repeating: "0", count: scalar.value < 16 ? 3 : 2) + String(scalar.value, radix: 16)
        default: String(scalar)
        }
      }
      return "\"\(characters.joined())\""
    }
    return "[\(texts.joined(separator: ","))]"
  }
}

extension Convolution {
  /// The attributes of ONNX's Conv.
  func attributes(window: Extent) -> [ONNXAttributeProto] {
    [
      .extent("dilations", dilation), .int("group", groups), .extent("kernel_shape", window),
      .padding("pads", padding), .extent("strides", stride),
    ]
  }
}

extension Pooling {
  /// The attributes of ONNX's MaxPool and AveragePool.
  var attributes: [ONNXAttributeProto] {
    [.extent("kernel_shape", window), .padding("pads", padding), .extent("strides", stride)]
  }
}

extension Shape {
  /// The extents with the channels of images second.
  var channelsSecond: [Int] { rank == 4 ? [self[0], self[3], self[1], self[2]] : dimensions }

  /// Elements of this shape with the channels of images second.
  func channelsSecond<Element>(_ elements: [Element]) -> [Element] {
    guard rank == 4 else { return elements }
    let (pixels, channels) = (self[1] * self[2], self[3])
    return (0..<count).map { position in
      let (sample, within) = position.quotientAndRemainder(dividingBy: pixels * channels)
      let (channel, pixel) = within.quotientAndRemainder(dividingBy: pixels)
      return elements[(sample * pixels + pixel) * channels + channel]
    }
  }

  /// Weights [KH, KW, C / groups, O] as [O, C / groups, KH, KW].
  func outputsFirst<Element>(_ weights: [Element]) -> [Element] {
    let (taps, inner, outputs) = (self[0] * self[1], self[2], self[3])
    return (0..<count).map { position in
      let (output, within) = position.quotientAndRemainder(dividingBy: inner * taps)
      let (channel, tap) = within.quotientAndRemainder(dividingBy: taps)
      return weights[(tap * inner + channel) * outputs + output]
    }
  }

  /// The extents of weights with the output channels first.
  var outputsFirst: [Int] { [self[3], self[2], self[0], self[1]] }
}
