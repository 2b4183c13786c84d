import Execution
import Graphs
import Testing

@testable import Training

@Suite("A hook after updates")
struct UpdateHookTests {
  /// Sets the smaller half of the first layer's weights to zero from a step on, always the same ones.
  final class HalfMask: UpdateHook {
    let firstStep: Int
    private(set) var steps: [Int] = []
    private(set) var counts: Set<Int> = []
    private var mask: [Float] = []

    init(from firstStep: Int) { self.firstStep = firstStep }

    var identity: String { "half of hidden1 from \(firstStep)" }

    func weightsChanged(_ parameters: ParameterStore, step: Int, of stepCount: Int) {
      steps.append(step)
      counts.insert(stepCount)
      guard let range = parameters.layout["hidden1.weight"]?.range, step >= firstStep else { return }
      if mask.isEmpty {
        let sizes = range.map { abs(parameters.values[$0]) }
        let median = sizes.sorted()[sizes.count / 2]
        mask = sizes.map { $0 < median ? 0 : 1 }
      }
      for (index, factor) in zip(range, mask) { parameters.values[index] *= factor }
    }

    func snapshot() -> [Float] { mask }

    func restore(_ state: [Float]) throws { mask = state }
  }

  static let network = MultilayerPerceptron(hiddenUnits: [16])

  static func trainer(_ data: DatasetSplits, _ hook: (any UpdateHook)?) throws -> Trainer {
    try Trainer(network, data: data, options: TrainerTests.options, hook: hook)
  }

  @Test("is called once a step, and what it sets is what is evaluated and kept")
  func called() throws {
    let data = try TrainerTests.moons()
    let hook = HalfMask(from: 1)
    let trainer = try Self.trainer(data, hook)
    let result = try trainer.train()
    let count = trainer.stepCount * TrainerTests.options.epochs
    #expect(hook.steps == Array(1...count))
    #expect(hook.counts == [count])
    let weights = try #require(trainer.model().weights["hidden1.weight"])
    #expect(weights.filter { $0 == 0 }.count == weights.count / 2)
    #expect(try trainer.evaluate(data.validation) == result.best.validation)
    #expect(result.best.value > 0.9)
  }

  @Test("that does nothing changes no bit")
  func idle() throws {
    let data = try TrainerTests.moons()
    let idle = try CheckpointTests.finish(Self.trainer(data, HalfMask(from: .max)))
    #expect(try idle == CheckpointTests.finish(Self.trainer(data, nil)))
  }

  @Test("goes on from every checkpoint with what it remembers")
  func checkpoints() throws {
    let data = try TrainerTests.moons()
    let whole = try CheckpointTests.finish(Self.trainer(data, HalfMask(from: 10)))
    for stop in [1, 8, 10, 12, 30] {
      let interrupted = try Self.trainer(data, HalfMask(from: 10))
      var steps = 0
      _ = try? interrupted.train(afterStep: {
        steps += 1
        if steps == stop { throw CheckpointTests.Interruption() }
      })
      let bytes = try interrupted.checkpoint().encoded()
      #expect(bytes.count <= interrupted.checkpointSize)
      let resumed = try Self.trainer(data, HalfMask(from: 10))
      try resumed.restore(TrainingCheckpoint(decoding: bytes))
      #expect(try CheckpointTests.finish(resumed) == whole, "after \(stop) steps")
      for other in [nil, HalfMask(from: 11)] {
        #expect(throws: TrainingError.self) {
          try Self.trainer(data, other).restore(TrainingCheckpoint(decoding: bytes))
        }
      }
    }
  }

  @Test("does not go together with averaged weights or the minimization over all samples")
  func refusals() throws {
    let data = try TrainerTests.moons()
    var averaged = TrainerTests.options
    averaged.weightAveraging = 0.9
    var minimized = TrainerTests.options
    minimized.minimizer = .lbfgs(memory: 5)
    for (options, text) in [(averaged, "not to be averaged"), (minimized, "knows no single updates")] {
      let error = #expect(throws: TrainingError.self) {
        try Trainer(Self.network, data: data, options: options, hook: HalfMask(from: 1))
      }
      #expect(error?.code == .invalidOption)
      #expect(error?.message.contains(text) == true)
    }
  }
}
