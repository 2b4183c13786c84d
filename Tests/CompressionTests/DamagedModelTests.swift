import Graphs
import TestSupport
import Testing
import Training

@testable import Compression
@testable import ONNXExport

@Suite("A quantized model that somebody damaged")
struct DamagedModelTests {
  /// A network with each operation that takes bytes of one step to bytes of another.
  private static func everyOperation() throws -> (model: TrainedModel, samples: Dataset) {
    var graph = Graph()
    let x = try graph.input("features", shape: [1, 6, 6, 3])
    let conv = try graph.relu(graph.conv2d(x, channels: 4, kernel: Extent(3), name: "conv"), name: "relu")
    let other = try graph.conv2d(conv, channels: 4, kernel: Extent(1), name: "other")
    let skip = try graph.add(conv, other, name: "skip")
    let joined = try graph.concatenate([skip, graph.activation(.tanh, other, name: "bent")], name: "joined")
    let mean = try graph.averagePooling(joined, Pooling(window: Extent(2), padding: Extent(1)), name: "mean")
    let pooled = try graph.globalAveragePooling(mean, name: "pooled")
    let output = try graph.dense(pooled, units: 3, name: "output")
    var random = SplitMix64(seed: 4)
    let network = try SavedNetwork(graph: graph, output: output)
    let weights = Dictionary(
      uniqueKeysWithValues: network.graph.parameters.map { value in
        (graph[value].name, (0..<graph.shape(of: value).count).map { _ in Float(random.normal() / 3) })
      })
    let model = try TrainedModel(
      network: network, weights: weights, featureShape: [6, 6, 3], target: .classes(["a", "b", "c"]))
    let samples = try RandomNetwork.samples(8, for: model, seed: 4)
    return (try PostTrainingQuantization().quantize(model, calibration: samples), samples)
  }

  private static let scales: [Float] = [
    .leastNonzeroMagnitude, 7 * .leastNonzeroMagnitude, 1e-38, 1e-30, 1e-20, 1e20, 1e30, 1e37, 1e38,
    .greatestFiniteMagnitude,
  ]

  @Test("in the steps of its values is refused or computes bytes")
  func steps() throws {
    let (model, samples) = try Self.everyOperation()
    let quantization = try #require(model.quantization)
    var refused = 0
    for name in quantization.values.keys.sorted() {
      for scale in Self.scales {
        for zeroPoint in [0, 77, 255] as [UInt8] {
          var values = quantization.values
          values[name] = AffineQuantization(scale: scale, zeroPoint: zeroPoint)
          let damaged = try model.replacing(
            network: model.network, weights: model.weights,
            quantization: ModelQuantization(values: values, weights: quantization.weights, method: ""))
          do {
            let engine = IntegerEngine(try IntegerNetwork(damaged))
            for sample in 0..<samples.count { _ = engine.run(samples.subset([sample]).features) }
          } catch {
            refused += 1
            #expect("\(error)".contains("quantize the model anew"))
          }
        }
      }
    }
    #expect(refused > 0)
  }

  @Test("in the steps of its weights is refused or computes bytes")
  func weightSteps() throws {
    let (model, samples) = try Self.everyOperation()
    let quantization = try #require(model.quantization)
    for (name, kept) in quantization.weights.sorted(by: { $0.key < $1.key }) {
      for scale in Self.scales {
        var weights = quantization.weights
        weights[name] = WeightQuantization(bits: kept.bits, scales: Array(repeating: scale, count: kept.scales.count))
        let damaged = try model.replacing(
          network: model.network, weights: model.weights,
          quantization: ModelQuantization(values: quantization.values, weights: weights, method: ""))
        guard let network = try? IntegerNetwork(damaged) else { continue }
        let engine = IntegerEngine(network)
        for sample in 0..<samples.count { _ = engine.run(samples.subset([sample]).features) }
      }
    }
  }

  @Test("in the scales of its ONNX file is refused or computes numbers")
  func scalesOfFile() throws {
    let (model, samples) = try Self.everyOperation()
    var file = try ONNXModelProto(decoding: ONNXFile(integers: model).bytes)
    let features = samples.subset([0]).features
    let places = file.graph.initializer.indices.filter { file.graph.initializer[$0].dataType == .float }
    #expect(places.count > 10)
    for place in places {
      let whole = file.graph.initializer[place]
      for scale in Self.scales + [.infinity, .nan, 0, -1] {
        let count = whole.rawData.count / 4
        file.graph.initializer[place] = ONNXTensorProto(
          whole.name, Array(repeating: scale, count: count), shape: whole.dims.map { Int($0) })
        let read = try ONNXIntegerFile(decoding: file.encoded())
        if scale.isFinite, scale > 0 {
          _ = try? read.outputs(forChannelsLast: features)
        } else {
          #expect(throws: ONNXError.self, "\(whole.name) = \(scale)") { try read.outputs(forChannelsLast: features) }
        }
      }
      file.graph.initializer[place] = whole
    }
  }

  @Test("in the attributes of its ONNX file is refused, whatever time or memory they ask for")
  func attributesOfFile() throws {
    let (model, samples) = try Self.everyOperation()
    var file = try ONNXModelProto(decoding: ONNXFile(integers: model).bytes)
    let features = samples.subset([0]).features
    var refused = 0
    for node in file.graph.node.indices {
      for attribute in file.graph.node[node].attribute.indices {
        let whole = file.graph.node[node].attribute[attribute]
        for number in [-(1 << 62), -1, 0, 7, 1 << 10, 1 << 16, 1 << 20, 1 << 40] as [Int64] {
          switch whole.type {
          case .int: file.graph.node[node].attribute[attribute].i = number
          case .ints:
            file.graph.node[node].attribute[attribute].ints = Array(repeating: number, count: whole.ints.count)
          case .float, .undefined: continue
          }
          let read = try ONNXIntegerFile(decoding: file.encoded())
          do { _ = try read.outputs(forChannelsLast: features) } catch { refused += 1 }
        }
        file.graph.node[node].attribute[attribute] = whole
      }
    }
    #expect(refused > 50)
  }

  @Test("in the weights it was made of is refused where a value has no range")
  func infiniteValues() throws {
    let (whole, samples) = try Self.everyOperation()
    for estimator in [.minMax, .percentile(99), .meanSquaredError] as [RangeEstimator] {
      for number in [Float.infinity, .nan, 3e38] {
        var weights = whole.weights
        weights["other.bias"] = [number, 0, 0, -number]
        let model = try TrainedModel(
          network: whole.network, weights: weights, featureShape: whole.featureShape, target: whole.target)
        #expect(throws: (any Error).self, "\(estimator), \(number)") {
          try PostTrainingQuantization(values: estimator).quantize(model, calibration: samples)
        }
      }
    }
  }

  @Test(
    "has sums that fit 32 bits, or is refused by the layer's name",
    arguments: [(33_000, true), (50_000, false), (70_000, false)])
  func longSums(width: Int, fits: Bool) throws {
    var graph = Graph()
    let x = try graph.input("features", shape: [1, width])
    let y = try graph.dense(x, units: 1, name: "output")
    // All weights the largest, a bias of 2^30 steps, and inputs at the end that is farther from their zero.
    let model = try TrainedModel(
      network: SavedNetwork(graph: graph, output: y),
      weights: ["output.weight": Array(repeating: 1, count: width), "output.bias": [Float(0x1p30) / 127 / 255]],
      featureShape: [width], target: .value(mean: 0, deviation: 1),
      quantization: ModelQuantization(
        values: [
          "features": AffineQuantization(scale: 1.0 / 255, zeroPoint: 0),
          "output": AffineQuantization(scale: Float(width) / 64, zeroPoint: 0),
        ], weights: ["output.weight": WeightQuantization(bits: 8, scales: [1.0 / 127])], method: ""))
    guard fits else {
      let error = #expect(throws: CompressionError.self) { try IntegerNetwork(model) }
      #expect(error?.message.contains("'output' sums \(width) products") == true)
      return
    }
    let engine = IntegerEngine(try IntegerNetwork(model))
    let real = (Double(width) + 0x1p30 / 127 / 255) / (Double(width) / 64)
    #expect(engine.run(Array(repeating: 1, count: width)) == [UInt8(real.rounded())])
  }
}
