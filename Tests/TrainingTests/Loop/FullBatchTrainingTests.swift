import Execution
import Foundation
import Graphs
import TestSupport
import Testing

@testable import Training

@Suite("A training on all samples at once")
struct FullBatchTrainingTests {
  struct Fixture: Decodable {
    let digits: [Case]
  }

  struct Case: Decodable, CustomTestStringConvertible, Sendable {
    let network: String
    let widths: [Int]
    let first, value: Double
    let values: [Double]

    var testDescription: String { network }
  }

  static let cases: [Case] = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../ExecutionTests/Fixtures")
    let data = try? Data(contentsOf: folder.appending(path: "minimization.json"))
    return data.flatMap { try? JSONDecoder().decode(Fixture.self, from: $0) }?.digits ?? []
  }()

  /// Cuts the digits in two, without the standardization that the fixture does not have either.
  private func digits() throws -> DatasetSplits {
    let all = try EmbeddedDataset.digits.load()
    var training = all.subset(Array(0..<300))
    for i in training.features.indices { training.features[i] /= 16 }
    let rest = all.subset(Array(300..<400))
    return DatasetSplits(
      training: training, validation: rest, test: rest,
      indices: DatasetSplits.Indices(training: [], validation: [], test: []), standardization: nil)
  }

  @Test("has the losses of SciPy's L-BFGS-B on the digits", arguments: cases)
  func digits(_ test: Case) throws {
    var options = TrainingOptions(optimizer: .gradientDescent(learningRate: 1, weightDecay: 0.01), epochs: 400)
    options.minimizer = .lbfgs()
    let network = MultilayerPerceptron(hiddenUnits: Array(test.widths.dropFirst().dropLast()), activation: .tanh)
    let data = try digits()
    let function = try Trainer(network, data: data, options: options)
    function.parameters.point = function.parameters.point.indices.map { sin(Double($0)) / 4 }
    // The minimization begins at the weights drawn, so a checkpoint of those of the fixture is taken up.
    let trainer = try Trainer(network, data: data, options: options)
    trainer.begin(at: function.parameters.point)
    var losses: [Double] = []
    _ = try trainer.train { _ in losses.append(trainer.minimization?.value ?? .nan) }
    // The losses fall from 2.4 and more; single precision leads the iterates apart in the end.
    #expect(losses.count > 20)
    for (loss, expected) in zip(losses.prefix(12), test.values) {
      #expect(
        abs(loss - expected) < 1e-3 * expected, "\(losses.prefix(12)) where \(test.values.prefix(12)) is expected")
    }
    let last = try #require(losses.last)
    #expect(abs(last - test.value) < (test.network == "softmax" ? 1e-4 : 2e-2) * test.value, "\(last), \(test.value)")
  }

  @Test("ends before its epochs are over where no step helps, and its loss falls in each", arguments: [true, false])
  func convergence(isNewton: Bool) throws {
    let data = try TrainerTests.moons()
    var options = TrainingOptions(optimizer: .adam(weightDecay: 1e-2), epochs: 1000, seed: 3)
    options.minimizer = isNewton ? .newtonCG : .lbfgs()
    let trainer = try Trainer(MultilayerPerceptron(hiddenUnits: []), data: data, options: options)
    var values: [Double] = []
    let result = try trainer.train { _ in values.append(trainer.minimization?.value ?? .nan) }
    #expect((2..<100).contains(result.history.count))
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 >= $1 })
  }

  @Test("goes through data of several chunks as through one")
  func chunks() throws {
    let dataset = try EmbeddedDataset.digits.load()
    let data = try dataset.split(seed: 1).standardized()
    #expect(data.training.count > 1024)
    var options = TrainingOptions(optimizer: .adam(weightDecay: 1e-3), epochs: 40, seed: 3)
    options.minimizer = .lbfgs()
    let result = try Trainer(
      MultilayerPerceptron(hiddenUnits: [24], activation: .tanh), data: data, options: options
    ).train()
    #expect((result.best.validation[.accuracy] ?? 0) > 0.94)
    #expect(result.history.last.map { $0.trainingLoss < 0.1 } == true)
  }

  @Test("leaves the running figures of batch normalization as the samples have them at the weights that were accepted")
  func runningFigures() throws {
    let data = try EmbeddedDataset.digits.load().split(seed: 1).standardized()
    let network = ConvolutionalNetwork(channels: [4])
    var options = TrainingOptions(optimizer: .adam(), epochs: 12, seed: 3)
    options.minimizer = .lbfgs()
    let training = data.training
    // Measured on what it is trained on, whose loss the last iteration left.
    let same = DatasetSplits(
      training: training, validation: training, test: data.test, indices: data.indices,
      standardization: data.standardization)
    let trainer = try Trainer(network, data: same, options: options)
    let history = try trainer.train().history
    for report in history {
      // Chunks differ a little from the whole.
      #expect(abs(report.validation.loss - report.trainingLoss) < 0.02 * report.trainingLoss + 1e-3, "\(report)")
    }
    #expect(try #require(history.last).trainingLoss < 0.98 * (try #require(history.first).trainingLoss))
  }

  @Test(
    "goes on from within an iteration as if nothing had happened",
    arguments: [MinimizationMethod.lbfgs(memory: 3), .newtonCG])
  func checkpoints(_ method: MinimizationMethod) throws {
    struct Interruption: Error {}
    let data = try TrainerTests.moons(samples: 1200)
    var options = TrainerTests.options
    options.minimizer = method
    options.epochs = 12
    func trainer() throws -> Trainer {
      try Trainer(MultilayerPerceptron(hiddenUnits: [6], activation: .tanh), data: data, options: options)
    }
    let whole = try CheckpointTests.finish(trainer())
    var looks = 0
    let counted = try trainer()
    let result = try counted.train(afterStep: { looks += 1 })
    #expect(looks >= 2 * result.history.count)
    for stop in stride(from: 1, through: looks, by: max(1, looks / 9)) {
      let interrupted = try trainer()
      var bytes: [UInt8] = []
      var count = 0
      #expect(throws: Interruption.self) {
        try interrupted.train(afterStep: {
          count += 1
          guard count == stop else { return }
          bytes = try interrupted.checkpoint().encoded()
          throw Interruption()
        })
      }
      #expect(bytes.count <= interrupted.checkpointSize)
      let resumed = try trainer()
      try resumed.restore(TrainingCheckpoint(decoding: bytes))
      #expect(try CheckpointTests.finish(resumed) == whole, "after \(stop) looks at samples")
    }
    // As large as it gets: all steps are remembered.
    let ended = try trainer()
    var largest = 0
    _ = try ended.train(afterEpoch: { _ in largest = max(largest, try ended.checkpoint().encoded().count) })
    #expect(largest <= ended.checkpointSize && 2 * largest > ended.checkpointSize - 1024 * (options.epochs + 1))
  }

  @Test("refuses what makes the loss rough or random, and curvature that is not there")
  func refusals() throws {
    let data = try TrainerTests.moons()
    func code(_ network: MultilayerPerceptron, _ change: (inout TrainingOptions) -> Void) -> TrainingError.Code? {
      var options = TrainingOptions()
      options.minimizer = .lbfgs()
      change(&options)
      do {
        _ = try Trainer(network, data: data, options: options)
        return nil
      } catch { return (error as? TrainingError)?.code }
    }
    let plain = MultilayerPerceptron(hiddenUnits: [4], activation: .tanh)
    #expect(code(plain) { _ in } == nil)
    #expect(code(MultilayerPerceptron(hiddenUnits: [4], dropout: 0.5)) { _ in } == .invalidOption)
    #expect(code(plain) { $0.optimizer.l1Penalty = 0.1 } == .invalidOption)
    #expect(code(plain) { $0.optimizer.bounds = -1...1 } == .invalidOption)
    #expect(code(plain) { $0.weightAveraging = 0.9 } == .invalidOption)
    let digits = try EmbeddedDataset.digits.load().subset(Array(0..<200)).split(seed: 1).standardized()
    var options = TrainingOptions(epochs: 1)
    options.minimizer = .lbfgs()
    #expect(try Trainer(plain, data: digits, options: options).gradient == nil, "steps that never run take no memory")
    options.augmentation = Augmentation(shift: 1)
    let augmented = #expect(throws: TrainingError.self) { try Trainer(plain, data: digits, options: options) }
    #expect(augmented?.code == .invalidOption && augmented?.message.contains("augmentation") == true)
    #expect(code(plain) { $0.precision = .bfloat16 } == .invalidOption)
    #expect(code(plain) { $0.precision = .auto } == nil)
  }
}
