import Execution
import Graphs
import ONNXExport
import TestSupport
import Testing
import Training

@testable import Compression

@Suite("Quantization-aware training")
struct QuantizationAwareTrainingTests {
  /// Ends a training from inside.
  struct Interruption: Error {}

  struct Trained {
    let raw: Dataset
    let data: DatasetSplits
    let model: TrainedModel

    var test: Dataset { raw.subset(data.indices.test) }
    var validation: Dataset { raw.subset(data.indices.validation) }
  }

  /// A model of the digits.
  static func digits(_ network: any Network, epochs: Int = 15, samples: Int = 1797) throws -> Trained {
    let raw = try EmbeddedDataset.digits.load().subset(Array(0..<samples))
    let data = try raw.split(seed: 0).standardized()
    let trainer = try Trainer(
      network, data: data, options: TrainingOptions(optimizer: .adam(learningRate: 3e-3), epochs: epochs, seed: 1))
    _ = try trainer.train()
    return Trained(raw: raw, data: data, model: try trainer.model())
  }

  static func random(seed: UInt64, isTabular: Bool = false) throws -> (TrainedModel, Dataset, DatasetSplits) {
    let model = try RandomNetwork.model(seed: seed, isTabular: isTabular)
    let samples = try RandomNetwork.samples(150, for: model, seed: seed)
    return (model, samples, try samples.split(seed: seed).standardized(as: model))
  }

  static func options(_ epochs: Int, _ rate: Double = 1e-3) -> TrainingOptions {
    var options = QuantizationAwareTraining.standardOptions
    (options.epochs, options.optimizer.learningRate) = (epochs, rate)
    return options
  }

  @Test("rounds as the integers do, in networks of all operations", arguments: 0..<24 as Range<UInt64>)
  func rounding(seed: UInt64) throws {
    let (model, samples, data) = try Self.random(seed: seed, isTabular: seed % 4 == 3)
    let bits = BitWidths([8, 4, 2][Int(seed % 3)])
    let quantized = try PostTrainingQuantization(isPerChannel: seed % 5 != 0, bits: bits)
      .quantize(model, calibration: samples)
    let plan = try QuantizationPlan(quantized.network.graph, output: quantized.network.output)
    let quantization = try #require(quantized.quantization)
    let rounded = try FakeQuantizedNetwork(
      plan, output: quantized.network.output, momentum: nil, bits: bits,
      ranges: Dictionary(
        uniqueKeysWithValues: plan.points.map { ($0, try #require(quantization.values[plan.graph[$0].name])) }),
      steps: quantization.weights)
    // Integers hold biases in whole steps of their sums, which training does not know of.
    let network = try IntegerNetwork(quantized)
    var weights = quantized.weights.merging(rounded.weights) { _, own in own }
    for layer in plan.layers {
      guard let bias = layer.bias, let integers = network.layers.first(where: { $0.name == plan.name(of: layer) }),
        let inputScale = quantization.values[plan.graph[layer.input].name]?.scale
      else { continue }
      weights[plan.graph[bias].name] = zip(integers.bias, integers.scales).map { Float($0) * (inputScale * $1) }
    }
    let trainer = try Trainer(rounded.network, data: data, options: Self.options(1), weights: weights)
    let outputs = try trainer.model().predictor().outputs(for: samples)
    let integers = try quantized.integerPredictor().outputs(for: samples)
    let step = network.outputTensor.quantization.scale
    let differences = zip(outputs, integers).map { abs($0 - $1) / step }
    // Where a number lies between two steps, the sums of both differ in their last digits and fall to either side.
    #expect(differences.filter { $0 > 0.01 }.count * 20 <= differences.count, "\(differences.max() ?? 0)")
    #expect(differences.allSatisfy { $0 < 8 })
  }

  @Test("brings back at two bits what rounding takes away")
  func twoBits() throws {
    let trained = try Self.digits(MultilayerPerceptron(hiddenUnits: [64]))
    let bits = BitWidths(2)
    let plain = try PostTrainingQuantization(weights: .minMax, bits: bits)
      .quantize(trained.model, calibration: trained.raw.subset(trained.data.indices.training))
    let aware = try QuantizationAwareTraining(bits: bits).quantize(trained.model, data: trained.data)
    func accuracy(_ model: TrainedModel, _ samples: Dataset) throws -> Double {
      try #require(model.integerPredictor().metrics(on: samples)[.accuracy])
    }
    #expect(try accuracy(plain, trained.test) < 0.9, "the test needs a collapse")
    #expect(try accuracy(aware, trained.test) >= 0.95)
    // The integers do what was measured while they were trained.
    let rounded = try #require(aware.metrics["rounded"]?[.accuracy])
    #expect(try abs(accuracy(aware, trained.validation) - rounded) < 0.006)
    for layer in try IntegerNetwork(aware).layers {
      #expect(Set(layer.elements).isSubset(of: [-1, 0, 1]))
      #expect(layer.bits == 2 && layer.scales.count == layer.channelCount)
    }
  }

  @Test("leaves the factors of learned steps out of decay, penalty and limit")
  func stepsAreNoWeights() throws {
    let (model, _, data) = try Self.random(seed: 3, isTabular: true)
    let start = try #require(
      PostTrainingQuantization(bits: BitWidths(2)).quantize(model, prepared: data.training).quantization)
    // Almost without a rate, nothing but the limit could move them.
    var training = QuantizationAwareTraining(bits: BitWidths(2), options: Self.options(2, 1e-12))
    training.options.optimizer.bounds = -0.5...0.5
    let limited = try #require(training.quantize(model, data: data).quantization)
    for (name, weights) in start.weights {
      let scales = try #require(limited.weights[name]?.scales)
      for (scale, first) in zip(scales, weights.scales) { #expect(abs(scale / first - 1) < 1e-5, "\(name)") }
    }
    // A penalty far beyond all gradients drives what it is for to 0 within a few steps.
    training.options.optimizer = .gradientDescent(learningRate: 1e-3, weightDecay: 100)
    let decayed = try #require(training.quantize(model, data: data).quantization)
    for (name, weights) in start.weights {
      let scales = try #require(decayed.weights[name]?.scales)
      for (scale, first) in zip(scales, weights.scales) { #expect(scale > 0.8 * first, "\(name)") }
    }
  }

  @Test("takes each layer's bits, and makes models of the usual kind", arguments: [2, 7, 11, 16] as [UInt64])
  func mixedWidths(seed: UInt64) throws {
    let (model, samples, data) = try Self.random(seed: seed)
    let names = try QuantizationPlan(
      model.foldingNormalization().network.graph, output: model.foldingNormalization().network.output
    ).layerNames
    var bits = BitWidths(4)
    bits.byLayer = Dictionary(uniqueKeysWithValues: zip(names, [8, 2, 3, 5, 4]))
    var training = QuantizationAwareTraining(bits: bits, isPerChannel: seed % 2 == 0, options: Self.options(3))
    training.teacher = .init()
    let aware = try training.quantize(model, data: data)
    #expect(
      aware.quantization?.method
        == "quantization-aware training, 3 epochs, taught at temperature 4.0 with a share of 0.5")
    let network = try IntegerNetwork(aware)
    for layer in network.layers { #expect(layer.bits == bits[layer.name]) }
    #expect(try TrainedModel(decoding: aware.encoded()) == aware)
    let file = try ONNXIntegerFile(decoding: ONNXFile(integers: aware).bytes)
    let outputs = try aware.integerPredictor().outputs(for: samples)
    let width = outputs.count / samples.count
    for sample in 0..<20 {
      let own = Array(outputs[sample * width..<(sample + 1) * width])
      #expect(try file.outputs(forChannelsLast: samples.subset([sample]).features) == own)
    }
  }

  @Test("learns the steps of few bits alone, and moves ranges only while it observes")
  func steps() throws {
    let (model, _, data) = try Self.random(seed: 3, isTabular: true)
    func quantization(_ observedPart: Double, momentum: Double = 0.01) throws -> ModelQuantization {
      var training = QuantizationAwareTraining(
        bits: BitWidths(3, byLayer: ["output": 8]), options: Self.options(4, 1e-2))
      (training.observedPart, training.momentum) = (observedPart, momentum)
      return try #require(training.quantize(model, data: data).quantization)
    }
    let start = try #require(
      PostTrainingQuantization(bits: BitWidths(3, byLayer: ["output": 8]))
        .quantize(model, prepared: data.training).quantization)
    let (still, moved) = (try quantization(0), try quantization(0.5))
    for (name, value) in start.values {
      let kept = try #require(still.values[name])
      #expect(kept.zeroPoint == value.zeroPoint && abs(kept.scale / value.scale - 1) < 1e-5)
    }
    #expect(start.values.filter { moved.values[$0.key]?.scale != $0.value.scale }.count > start.values.count / 2)
    // An 8-bit layer's step is its largest weight's; the others' are near those they began with, but not the same.
    for (name, weight) in start.weights where name != "output.weight" {
      let learned = try #require(moved.weights[name])
      #expect(learned.bits == 3 && learned.scales != weight.scales)
      for (a, b) in zip(learned.scales, weight.scales) { #expect(a > 0 && abs(a / b - 1) < 0.5) }
    }
  }

  @Test("goes on bit for bit from the end of every epoch, and from within", arguments: [0.3, 0])
  func checkpoints(observedPart: Double) throws {
    let trained = try Self.digits(MultilayerPerceptron(hiddenUnits: [12]), epochs: 3, samples: 300)
    var training = QuantizationAwareTraining(bits: BitWidths(2), options: Self.options(5))
    training.observedPart = observedPart
    training.teacher = .init(temperature: 2, share: 0.4)
    let whole = try training.quantize(trained.model, data: trained.data)
    var numbers: [Int] = []
    var observing = 0
    for stop in 1...5 {
      var kept: TrainingCheckpoint?
      let interrupted = try? training.quantize(
        trained.model, data: trained.data,
        afterEpoch: { epoch, checkpoint in
          if stop == 5 {
            numbers.append(epoch.report.epoch)
            observing += epoch.isObserving ? 1 : 0
          }
          guard epoch.report.epoch == stop else { return }
          kept = try TrainingCheckpoint(decoding: checkpoint().encoded())
          throw Interruption()
        })
      #expect(interrupted == nil)
      // Whoever shows the training is told where it goes on, by the numbers of the whole of it.
      var resumed: [(epochs: [Int], finished: Int, step: Int)] = []
      let again = try training.quantize(
        trained.model, data: trained.data, from: kept,
        afterResuming: { history, finished, step in resumed.append((history.map(\.epoch), finished, step)) })
      #expect(again == whole, "after epoch \(stop)")
      #expect(resumed.count == 1 && resumed.first?.finished == stop && resumed.first?.step == 0)
      #expect(resumed.first?.epochs.last == stop)
    }
    #expect(numbers == [1, 2, 3, 4, 5])
    #expect(observing == training.observingEpochs)
    #expect(observing == (observedPart == 0 ? 0 : 2))
    var steps = 0
    var kept: TrainingCheckpoint?
    _ = try? training.quantize(
      trained.model, data: trained.data,
      afterStep: { checkpoint in
        steps += 1
        guard steps == 16 else { return }
        kept = checkpoint()
        throw Interruption()
      })
    let checkpoint = try #require(kept)
    #expect(try training.quantize(trained.model, data: trained.data, from: checkpoint) == whole)
    training.teacher = nil
    #expect(throws: TrainingError.self) { try training.quantize(trained.model, data: trained.data, from: checkpoint) }
  }

  @Test("of a convolution network at 8 bits loses nothing")
  func images() throws {
    let trained = try Self.digits(ConvolutionalNetwork(channels: [8, 16]), epochs: 4, samples: 900)
    let aware = try QuantizationAwareTraining(options: Self.options(4, 3e-4)).quantize(
      trained.model, data: trained.data)
    let before = try #require(trained.model.predictor().metrics(on: trained.test)[.accuracy])
    let after = try #require(aware.integerPredictor().metrics(on: trained.test)[.accuracy])
    #expect(after >= before - 0.012, "\(after) after \(before)")
  }

  @Test("refuses what cannot be done, with a reason")
  func refusals() throws {
    let (model, samples, data) = try Self.random(seed: 5)
    func refused(
      _ text: String, model: TrainedModel? = nil, _ change: (inout QuantizationAwareTraining) -> Void = { _ in }
    ) {
      var training = QuantizationAwareTraining(options: Self.options(1))
      change(&training)
      let error = #expect(throws: (any Error).self) {
        try training.quantize(model ?? Self.random(seed: 5).0, data: data)
      }
      #expect("\(error.map { "\($0)" } ?? "")".contains(text), "\(error.map { "\($0)" } ?? "")")
    }
    refused("weights of 9 bits") { $0.bits.usual = 9 }
    refused("no layer 'outptu'") { $0.bits.byLayer["outptu"] = 4 }
    refused("must be in 0..<1") { $0.observedPart = 1 }
    refused("by 0.0") { $0.momentum = 0 }
    refused("number of epochs is 0") { $0.options.epochs = 0 }
    refused("not by a minimizer") { $0.options.minimizer = .newtonCG }
    refused("temperature is -1.0") { $0.teacher = .init(temperature: -1) }
    refused("learning rate is 0.0") { $0.options.optimizer.learningRate = 0 }
    refused("quantized already", model: try PostTrainingQuantization().quantize(model, calibration: samples))
    refused("other samples", model: try Self.random(seed: 6).0)
  }
}
