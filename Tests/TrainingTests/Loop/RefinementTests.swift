import Execution
import Graphs
import Testing

@testable import Training

@Suite("Training that begins with given weights")
struct RefinementTests {
  static let networks: [any Network] = [
    MultilayerPerceptron(hiddenUnits: [24], dropout: 0.2),
    ConvolutionalNetwork(channels: [4, 6], head: .flatten, units: 10, dropout: 0.1),
  ]

  @Test("goes on where a model stands, and gets better on what it learns", arguments: 0..<2)
  func refining(index: Int) throws {
    let (_, data) = try TrainedModelTests.digits()
    let (first, model) = try TrainedModelTests.trained(Self.networks[index], data)
    let read = try TrainedModel(decoding: model.encoded())
    let options = TrainingOptions(optimizer: .adam(learningRate: 1e-3), epochs: 4, seed: 9)
    let trainer = try Trainer(refining: read, data: data, options: options)
    #expect(try trainer.evaluate(data.validation) == first.evaluate(data.validation))
    #expect(try trainer.model().network == model.network)
    let before = try #require(trainer.evaluate(data.training)[.logLoss])
    let result = try trainer.train()
    let after = try #require(trainer.evaluate(data.training)[.logLoss])
    #expect(after < before)
    #expect(result.history[3].trainingLoss < result.history[0].trainingLoss)
    // The network is described alike in every process, so that checkpoints are known again.
    #expect("\(read.network)" == "\(try TrainedModel(decoding: model.encoded()).network)")
  }

  @Test("draws what is not given, and refuses what does not fit")
  func partly() throws {
    let data = try TrainerTests.moons()
    func trainer(_ weights: [String: [Float]]) throws -> Trainer {
      try Trainer(UpdateHookTests.network, data: data, options: TrainerTests.options, weights: weights)
    }
    let given = (0..<32).map { Float($0) / 32 }
    let (drawn, partly) = (try trainer([:]), try trainer(["output.weight": given]))
    #expect(partly.parameters.values(of: "output.weight") == given)
    #expect(partly.parameters.values(of: "hidden1.weight") == drawn.parameters.values(of: "hidden1.weight"))
    for wrong in [["output.weight": [1]], ["other": given]] as [[String: [Float]]] {
      let error = #expect(throws: TrainingError.self) { try trainer(wrong) }
      #expect(error?.code == .dataMismatch)
      #expect(error?.message.contains("training is to begin with") == true)
    }
  }

  @Test("is refused for other data")
  func otherData() throws {
    let (raw, data) = try TrainedModelTests.digits()
    let (_, model) = try TrainedModelTests.trained(Self.networks[0], data)
    for other in [try raw.split(seed: 1), try raw.split(seed: 2).standardized(), try TrainerTests.moons()] {
      let error = #expect(throws: TrainingError.self) {
        try Trainer(refining: model, data: other, options: TrainingOptions())
      }
      #expect(error?.code == .dataMismatch)
    }
  }

  @Test("chooses no epoch before the first that may be the best", arguments: [1, 10, 25])
  func firstSelectableEpoch(first: Int) throws {
    let data = try TrainerTests.moons()
    var options = TrainingOptions(
      optimizer: .gradientDescent(learningRate: 4), batchSize: 8, epochs: 25, seed: 1)
    options.firstSelectableEpoch = first
    func trainer() throws -> Trainer { try Trainer(TrainerTests.network, data: data, options: options) }
    let whole = try CheckpointTests.finish(trainer())
    let late = whole.result.history.dropFirst(first - 1)
    #expect(whole.result.best.value == late.map(\.value).max())
    #expect(whole.result.best.epoch >= first)
    #expect(whole.result.history.first { $0.isBest }?.epoch == first)
    if first > 1 {
      let all = whole.result.history
      #expect(all.prefix(first - 1).contains { $0.value >= whole.result.best.value }, "an earlier one would be taken")
    }

    let interrupted = try trainer()
    _ = try? interrupted.train { if $0.epoch == 12 { throw CheckpointTests.Interruption() } }
    let resumed = try trainer()
    try resumed.restore(TrainingCheckpoint(decoding: interrupted.checkpoint().encoded()))
    #expect(try CheckpointTests.finish(resumed) == whole)

    options.patience = 3
    let patient = try trainer().train()
    #expect(patient.history.count >= min(25, first + 3))
    options.firstSelectableEpoch = 26
    #expect(throws: TrainingError.self) { try trainer() }
  }
}
