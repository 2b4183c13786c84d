import Compression
import Foundation
import Graphs
import ONNXExport
import TestSupport
import Testing
import Training

@Suite("A network of integers")
struct IntegerNetworkTests {
  /// Random models of all kinds, quantized on random samples.
  static func quantized(seed: UInt64) throws -> (float: TrainedModel, integers: TrainedModel, samples: Dataset) {
    let model = try RandomNetwork.model(seed: seed, isTabular: seed % 4 == 3)
    let samples = try RandomNetwork.samples(48, for: model, seed: seed)
    let estimators: [RangeEstimator] = [.minMax, .percentile(99.9), .meanSquaredError]
    let bits = BitWidths([8, 8, 4, 2][Int(seed / 3 % 4)])
    let quantization = PostTrainingQuantization(
      values: estimators[Int(seed % 3)], isPerChannel: seed % 5 != 0, bits: bits)
    return (model, try quantization.quantize(model, calibration: samples), samples)
  }

  @Test("of 8 bits is near the network that it was made of", arguments: 0..<12 as Range<UInt64>)
  func nearFloat(seed: UInt64) throws {
    let model = try RandomNetwork.model(seed: seed)
    let samples = try RandomNetwork.samples(64, for: model, seed: seed)
    let integers = try PostTrainingQuantization().quantize(model, calibration: samples)
    let real = try model.predictor().outputs(for: samples)
    let outputs = try integers.integerPredictor().outputs(for: samples)
    let range = (real.max() ?? 0) - (real.min() ?? 0)
    let error = zip(real, outputs).map { abs($0 - $1) }.reduce(0, +) / Float(real.count)
    #expect(error < 0.04 * range, "mean error \(error) in a range of \(range)")
  }

  @Test("equals what its ONNX file says, computed from the file's bytes alone", arguments: 0..<40 as Range<UInt64>)
  func equalsFile(seed: UInt64) throws {
    let (_, integers, samples) = try Self.quantized(seed: seed)
    let engine = IntegerEngine(try IntegerNetwork(integers))
    let file = try ONNXIntegerFile(decoding: ONNXFile(integers: integers).bytes)
    let outputs = try integers.integerPredictor().outputs(for: samples)
    let width = outputs.count / samples.count
    for sample in 0..<samples.count {
      let features = samples.subset([sample]).features
      let own = Array(outputs[sample * width..<(sample + 1) * width])
      #expect(try file.outputs(forChannelsLast: features) == own, "sample \(sample)")
    }
    #expect(
      engine.network.layers.allSatisfy { layer in layer.elements.allSatisfy { abs(Int($0)) < 1 << (layer.bits - 1) } })
  }

  @Test("is the same after a model was written and read again", arguments: 0..<6 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    let (_, integers, _) = try Self.quantized(seed: seed)
    let read = try TrainedModel(decoding: integers.encoded())
    #expect(read == integers)
    #expect(try IntegerNetwork(read) == IntegerNetwork(integers))
  }

  @Test("shares memory without mixing tensors up", arguments: 0..<20 as Range<UInt64>)
  func memory(seed: UInt64) throws {
    let (_, integers, samples) = try Self.quantized(seed: seed)
    let network = try IntegerNetwork(integers)
    let (shared, separate) = (IntegerEngine(network), IntegerEngine(network, keepsAll: true))
    let standardized = try #require(integers.standardization).applied(to: samples)
    for sample in 0..<8 {
      let features = standardized.subset([sample]).features
      #expect(shared.run(features) == separate.run(features))
    }
    #expect(network.memory.count >= network.peakActivationBytes)
    #expect(network.peakActivationBytes <= network.tensors.reduce(0) { $0 + $1.shape.count })
  }

  @Test("has biases that never leave 30 bits, whatever the weights")
  func tinyWeights() throws {
    var graph = Graph()
    let x = try graph.input("features", shape: [1, 2])
    let y = try graph.dense(x, units: 3, name: "output")
    let model = try TrainedModel(
      network: SavedNetwork(graph: graph, output: y),
      weights: ["output.weight": [0, 0, 1e-12, -1e-12, 1, 2], "output.bias": [5, -5, 0.5]], featureShape: [2],
      target: .classes(["a", "b", "c"]))
    let samples = try Dataset(
      name: "two", features: [1, 2, -1, 0.5], featureShape: [2],
      target: .classes(labels: [0, 1], names: ["a", "b", "c"]))
    let integers = try PostTrainingQuantization().quantize(model, calibration: samples)
    let layer = try #require(try IntegerNetwork(integers).layers.first)
    #expect(layer.bias.allSatisfy { abs(Int($0)) <= 1 << 30 })
    let (real, outputs) = (
      try model.predictor().outputs(for: samples), try integers.integerPredictor().outputs(for: samples)
    )
    for (a, b) in zip(real, outputs) { #expect(abs(a - b) < 0.1) }
  }

  @Test("is refused where an operation has no integers, by its name")
  func unsupported() throws {
    var graph = Graph()
    let x = try graph.input("features", shape: [1, 4])
    let y = try graph.softmax(graph.dense(x, units: 2, name: "output"), name: "probabilities")
    let model = try TrainedModel(
      network: SavedNetwork(graph: graph, output: y),
      weights: ["output.weight": Array(repeating: 1, count: 8), "output.bias": [0, 0]], featureShape: [4],
      target: .classes(["a", "b"]))
    let samples = try Dataset(
      name: "one", features: [1, 2, 3, 4], featureShape: [4], target: .classes(labels: [0], names: ["a", "b"]))
    let error = #expect(throws: CompressionError.self) {
      try PostTrainingQuantization().quantize(model, calibration: samples)
    }
    #expect(error?.code == .unsupportedOperation && error?.message.contains("softmax 'probabilities'") == true)
  }

  @Test("names layers and options that are not there")
  func options() throws {
    let model = try RandomNetwork.model(seed: 3, isTabular: true)
    let samples = try RandomNetwork.samples(4, for: model, seed: 3)
    func message(_ quantization: PostTrainingQuantization) -> String {
      let error = #expect(throws: CompressionError.self) { try quantization.quantize(model, calibration: samples) }
      return error?.message ?? ""
    }
    #expect(message(.init(bits: BitWidths(8, byLayer: ["ouput": 4]))).contains("did you mean 'output'?"))
    #expect(message(.init(bits: BitWidths(1))).contains("2 to 8"))
    #expect(message(.init(values: .percentile(20))).contains("50...100"))
    #expect(throws: CompressionError.self) {
      let once = try PostTrainingQuantization().quantize(model, calibration: samples)
      return try PostTrainingQuantization().quantize(once, calibration: samples)
    }
  }

  @Test("with steps of another network is refused, not computed")
  func inconsistent() throws {
    let (_, integers, _) = try Self.quantized(seed: 1)
    let quantization = try #require(integers.quantization)
    for name in quantization.values.keys.sorted() {
      let fewer = ModelQuantization(
        values: quantization.values.filter { $0.key != name }, weights: quantization.weights, method: "")
      let model = try TrainedModel(
        network: integers.network, weights: integers.weights, featureShape: integers.featureShape,
        standardization: integers.standardization, target: integers.target, quantization: fewer)
      #expect(throws: CompressionError.self) { try IntegerNetwork(model) }
    }
  }
}
