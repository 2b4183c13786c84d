import Execution
import RealModule
import Testing

@testable import Training

@Suite("Averages of metrics")
struct EpochJudgeTests {
  @Test("are the formula's, from the first epoch on, and choose the best epoch")
  func formula() {
    let values = [0.5, 0.9, 0.2, 0.8, 0.85, 0.83]
    var judge = EpochJudge(selection: .accuracy, decay: 0.6)
    var best = -Double.infinity
    for (t, value) in values.enumerated() {
      let (averages, isBest) = judge.judge(Metrics([.accuracy: value, .logLoss: 1 - value]))
      let weights = (0...t).map { Double.pow(0.6, Double(t - $0)) }
      let expected = zip(weights, values).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
      #expect(abs((averages[.accuracy] ?? 0) - expected) < 1e-12)
      #expect(abs((averages[.logLoss] ?? 0) - (1 - expected)) < 1e-12)
      #expect(isBest == (expected > best))
      best = max(best, expected)
    }
  }

  @Test("without a decay are the metrics themselves; of equal ones the lower loss is better")
  func plain() {
    var judge = EpochJudge(selection: .accuracy, decay: 0)
    #expect(judge.judge(Metrics([.accuracy: 0.1, .logLoss: 3])).averages[.accuracy] == 0.1)
    #expect(judge.judge(Metrics([.accuracy: 0.1, .logLoss: 2])).isBest)
    #expect(!judge.judge(Metrics([.accuracy: 0.1, .logLoss: 2])).isBest)
    #expect(!judge.judge(Metrics([.accuracy: 0.05, .logLoss: 1])).isBest)
  }

  @Test("are what a training reports, and go on after a checkpoint")
  func training() throws {
    let data = try TrainerTests.moons()
    var options = TrainingOptions(optimizer: .adam(learningRate: 0.05), batchSize: 20, epochs: 6, seed: 3)
    options.metricAveraging = 0.7
    func trainer() throws -> Trainer {
      try Trainer(MultilayerPerceptron(hiddenUnits: [8]), data: data, options: options)
    }
    let result = try trainer().train()
    var judge = EpochJudge(selection: .accuracy, decay: 0.7)
    for report in result.history {
      let (averages, isBest) = judge.judge(report.validation)
      #expect(report.value == averages[.accuracy] && report.isBest == isBest)
    }
    let interrupted = try trainer()
    _ = try? interrupted.train(afterEpoch: { if $0.epoch == 4 { throw CheckpointTests.Interruption() } })
    let resumed = try trainer()
    try resumed.restore(interrupted.checkpoint())
    #expect(try resumed.train() == result)
  }
}
