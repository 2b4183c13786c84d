import Execution
import Foundation
import Graphs
import RealModule
import TestSupport
import Testing

@testable import Training

@Suite("A trained model")
struct TrainedModelTests {
  static func digits() throws -> (raw: Dataset, splits: DatasetSplits) {
    let raw = try EmbeddedDataset.digits.load().subset(Array(0..<400))
    return (raw, try raw.split(seed: 1).standardized())
  }

  static func trained(_ network: any Network, _ data: DatasetSplits) throws -> (Trainer, TrainedModel) {
    let trainer = try Trainer(
      network, data: data, options: TrainingOptions(optimizer: .adam(learningRate: 0.01), epochs: 8, seed: 2))
    _ = try trainer.train()
    return (trainer, try trainer.model(provenance: ["study": "none"]))
  }

  static let networks: [any Network] = [
    MultilayerPerceptron(hiddenUnits: [24, 12], activation: .gelu, dropout: 0.2),
    ConvolutionalNetwork(channels: [4, 6], head: .flatten, units: 10),
    ConvolutionalNetwork(channels: [4, 6], convolutions: 2, isSeparable: true, reduction: .stride, dropout: 0.1),
  ]

  @Test("predicts from raw features what the trainer measured on prepared ones", arguments: 0..<3)
  func sameMetrics(index: Int) throws {
    let (raw, data) = try Self.digits()
    let (trainer, model) = try Self.trained(Self.networks[index], data)
    let read = try TrainedModel(decoding: model.encoded())
    #expect(read == model)
    let test = raw.subset(data.indices.test)
    let metrics = try read.predictor().metrics(on: test)
    #expect(try metrics == trainer.evaluate(data.test))
    #expect(metrics[.accuracy].map { $0 > 0.3 } == true)
    // One sample alone gives the same row as among many, and probabilities add up.
    let predictor = try read.predictor()
    let all = try predictor.outputs(for: test)
    let one = try predictor.outputs(for: test.subset([7]))
    for (a, b) in zip(all[70..<80], one) { #expect(abs(a - b) < 1e-4) }
    #expect(try abs(predictor.probabilities(for: test).reduce(0, +) - Float(test.count)) < 1e-2)
  }

  @Test("of classes that were each learned against all others gives their sigmoids in proportion")
  func eachAgainstAll() throws {
    let (raw, data) = try Self.digits()
    let network = MultilayerPerceptron(hiddenUnits: [32])
    var options = TrainingOptions(optimizer: .adam(learningRate: 0.01), epochs: 25, seed: 2)
    options.loss = .binaryCrossEntropy
    let trainer = try Trainer(network, data: data, options: options)
    let result = try trainer.train()
    #expect(try #require(result.best.validation[.accuracy]) > 0.85)
    // Ten classes, each of them a tenth: the mean entropy of one against all others.
    #expect(abs(try trainer.guessingLoss().value - 0.325) < 0.005)
    #expect(try #require(result.history.last).trainingLoss < 0.1)
    let model = try TrainedModel(decoding: trainer.model().encoded())
    #expect(model.probabilities == .sigmoids)
    let predictor = try model.predictor()
    let test = raw.subset(data.indices.test)
    #expect(try predictor.metrics(on: test) == trainer.evaluate(data.test))
    let outputs = try predictor.outputs(for: test)
    let probabilities = try predictor.probabilities(for: test)
    for row in 0..<test.count {
      let sigmoids = outputs[row * 10..<row * 10 + 10].map { 1 / (1 + Float.exp(-$0)) }
      let sum = sigmoids.reduce(0, +)
      for (index, sigmoid) in sigmoids.enumerated() {
        #expect(abs(probabilities[row * 10 + index] - sigmoid / sum) < 1e-5)
      }
    }
    let values = try Dataset(
      name: "values", features: [1, 2, 3, 4, 5], featureShape: [1], target: .values([1, 2, 3, 4, 5]))
    #expect(throws: TrainingError.self) { try Trainer(network, data: values.split(seed: 1), options: options) }
  }

  @Test("of a regression predicts in the unit of the data")
  func regression() throws {
    var features: [Float] = []
    var values: [Float] = []
    var random = SplitMix64(seed: 3)
    for _ in 0..<200 {
      let x = [Float(random.uniform()), Float(random.uniform()) * 100]
      features += x
      values.append(5000 + 300 * x[0] - 7 * x[1])
    }
    let raw = try Dataset(
      name: "plane", features: features, featureShape: [2], featureNames: ["a", "b"], target: .values(values))
    let data = try raw.split(seed: 1).standardized()
    let trainer = try Trainer(
      MultilayerPerceptron(hiddenUnits: []), data: data,
      options: TrainingOptions(optimizer: .adam(learningRate: 0.05), epochs: 60))
    _ = try trainer.train()
    let model = try TrainedModel(decoding: trainer.model().encoded())
    let predictor = try model.predictor()
    let test = raw.subset(data.indices.test)
    #expect(try predictor.metrics(on: test) == trainer.evaluate(data.test))
    guard case .values(let expected) = test.target else {
      Issue.record("the target is of another kind")
      return
    }
    for (output, value) in try zip(predictor.outputs(for: test), expected) { #expect(abs(output - value) < 20) }
  }

  @Test("refuses samples, columns and classes that it does not know")
  func mismatch() throws {
    let (raw, data) = try Self.digits()
    let (_, model) = try Self.trained(Self.networks[0], data)
    let predictor = try model.predictor()
    let moons = try TrainerTests.moons().test
    #expect(throws: TrainingError.self) { try predictor.outputs(for: moons) }
    let renamed = try Dataset(
      name: "letters", features: raw.features, featureShape: raw.featureShape,
      target: .classes(labels: Array(repeating: 0, count: raw.count), names: ["a", "b"]))
    let error = #expect(throws: TrainingError.self) { try predictor.metrics(on: renamed) }
    #expect(error?.message.contains("the class \"a\", and the model knows \"0\"") == true)
    // Fewer classes in another order are no matter.
    let some = raw.subset(Array(0..<60))
    guard case .classes(let labels, _) = some.target else {
      Issue.record("the target is of another kind")
      return
    }
    let chosen = labels.indices.filter { labels[$0] == 3 || labels[$0] == 1 }
    let turned = try Dataset(
      name: "turned", features: some.subset(chosen).features, featureShape: raw.featureShape,
      target: .classes(labels: chosen.map { labels[$0] == 3 ? 0 : 1 }, names: ["3", "1"]))
    #expect(try predictor.metrics(on: turned)[.accuracy] == predictor.metrics(on: some.subset(chosen))[.accuracy])
    let confusion = try predictor.confusion(on: turned)
    #expect(confusion.map { $0.reduce(0, +) }.filter { $0 > 0 }.reduce(0, +) == chosen.count)
    #expect(confusion[0].allSatisfy { $0 == 0 })
  }

  @Test("reads samples from an archive of arrays, classes by their numbers")
  func archives() throws {
    let fixture = try NumpyTests.fixture.get()
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "a.npz").path
    try fixture.deflated.write(to: URL(fileURLWithPath: path))
    #expect(try NumpyData.names(inArchive: path) == ["x", "y"])
    let raw = try NumpyData(
      features: .member("x", of: path), target: .member("y", of: path), task: .classification
    ).load().samples
    let more = try Dataset(
      name: "more", features: Array(repeating: raw.features, count: 5).flatMap { $0 }, featureShape: raw.featureShape,
      target: .classes(labels: Array(repeating: [1, 0, 1, 2, 0, 2], count: 5).flatMap { $0 }, names: ["-1", "3", "5"]))
    let trainer = try Trainer(
      MultilayerPerceptron(hiddenUnits: []), data: more.split(seed: 1), options: TrainingOptions(epochs: 1))
    _ = try trainer.train()
    let model = try trainer.model()
    let samples = try model.samples(features: .member("x", of: path), target: .member("y", of: path))
    #expect(samples.target == .classes(labels: [1, 0, 1, 2, 0, 2], names: ["-1", "3", "5"]))
    #expect(samples.features == raw.features)
    #expect(try model.predictor().metrics(on: samples) == model.predictor().metrics(on: raw))
    let error = #expect(throws: DatasetError.self) {
      try model.samples(features: .member("xs", of: path), target: nil)
    }
    #expect(error?.message.contains("there is no array \"xs\" in it") == true)
  }

  @Test("is written whole, and a damaged file is refused without a crash")
  func files() throws {
    let (_, data) = try Self.digits()
    let (_, model) = try Self.trained(MultilayerPerceptron(hiddenUnits: [4]), data)
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "digits.hpo").path
    try model.write(to: path)
    #expect(try TrainedModel(contentsOf: path) == model)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["digits.hpo"])
    #expect(throws: TrainingError.self) { try model.write(to: folder.appending(path: "none/digits.hpo").path) }

    let bytes = try model.encoded()
    for count in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: TrainingError.self) { try TrainedModel(decoding: Array(bytes[..<count])) }
    }
    let checkpoint = try Trainer(
      MultilayerPerceptron(hiddenUnits: [4]), data: data, options: TrainingOptions()
    ).checkpoint().encoded()
    let error = #expect(throws: TrainingError.self) { try TrainedModel(decoding: checkpoint, source: "c.hpo") }
    #expect(error?.message == "c.hpo: this is no model of hpo")
  }

  @Test("whose document was altered is refused or predicts, but never crashes")
  func fuzzed() throws {
    let (raw, data) = try Self.digits()
    let (_, model) = try Self.trained(ConvolutionalNetwork(channels: [2], head: .flatten), data)
    let bytes = try model.encoded()
    var random = SplitMix64(seed: 9)
    let test = raw.subset([0, 1])
    var accepted = 0
    for _ in 0..<1500 {
      var damaged = bytes
      // Digits, letters and brackets of the document; the checksum is made right again.
      for _ in 0..<1 + random.below(3) {
        let place = 16 + random.below(min(6000, bytes.count - 32))
        damaged[place] = Array("0123456789[]{},:\"-eanx".utf8)[random.below(22)]
      }
      FloatArchive.seal(&damaged)
      let read: TrainedModel
      do { read = try TrainedModel(decoding: damaged) } catch {
        // A sentence, and nothing of how the program is written.
        let words = ["Context", "DecodingError", "CodingKey", "Optional", "debugDescription", "Swift."]
        #expect(!words.contains(where: "\(error)".contains), "\(error)")
        continue
      }
      accepted += 1
      _ = try? read.predictor().outputs(for: test)
    }
    #expect(accepted < 1500)
  }
}
