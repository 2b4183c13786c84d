import Execution
import Graphs
import TestSupport
import Testing

@testable import Training

@Suite("A checkpoint of a training")
struct CheckpointTests {
  /// Ends a training from inside.
  struct Interruption: Error {}

  struct Setting: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var network: any Network = MultilayerPerceptron(hiddenUnits: [16], dropout: 0.1)
    var options = TrainingOptions(optimizer: .adam(learningRate: 0.01), batchSize: 40, epochs: 4, seed: 3)

    static func with(_ name: String, _ change: (inout TrainingOptions) -> Void) -> Setting {
      var setting = Setting(testDescription: name)
      change(&setting.options)
      return setting
    }

    static let all: [Setting] = [
      Setting(testDescription: "Adam, dropout"),
      with("momentum, cosine schedule") {
        $0.optimizer = .momentum(learningRate: 0.02)
        $0.schedule = LearningRateSchedule(.cosine(minimum: 0))
      },
      with("RMSProp, averaged weights") {
        $0.optimizer = .rmsProp(learningRate: 0.01)
        $0.weightAveraging = 0.9
      },
      with("plateau") {
        $0.plateau = PlateauReduction(factor: 0.3, patience: 0, threshold: 0.5)
        $0.optimizer = .adaGrad(learningRate: 0.05)
      },
      with("AdamW, patience, clipping") {
        $0.optimizer = .adamW(learningRate: 0.3)
        $0.epochs = 9
        $0.patience = 2
        $0.gradientNorm = 0.5
      },
    ]
  }

  static func finish(_ trainer: Trainer) throws -> TrainerTests.Run {
    TrainerTests.Run(result: try trainer.train(), parameters: trainer.parameters.snapshot())
  }

  @Test("goes on bit for bit from every step and from the end of every epoch", arguments: Setting.all)
  func everyStep(_ setting: Setting) throws {
    let data = try TrainerTests.moons()
    func trainer() throws -> Trainer { try Trainer(setting.network, data: data, options: setting.options) }
    let whole = try Self.finish(trainer())
    var taken = 0
    // Every point at which a checkpoint can be taken: 3 steps in an epoch, two of which call `afterStep`.
    while true {
      let interrupted = try trainer()
      var passed = 0
      var bytes: [UInt8]?
      func pass() throws {
        if passed == taken {
          bytes = try interrupted.checkpoint().encoded()
          throw Interruption()
        }
        passed += 1
      }
      _ = try? interrupted.train(afterEpoch: { _ in try pass() }, afterStep: pass)
      guard let bytes else { break }
      let resumed = try trainer()
      // What the trainer did before must not matter.
      if taken.isMultiple(of: 2) { _ = try resumed.train() }
      try resumed.restore(TrainingCheckpoint(decoding: bytes))
      #expect(try Self.finish(resumed) == whole, "after \(taken) steps")
      taken += 1
    }
    #expect(taken == 3 * whole.result.history.count)
  }

  @Test("keeps the running figures of batch normalization")
  func images() throws {
    let dataset = try EmbeddedDataset.digits.load().subset(Array(0..<200))
    let data = try dataset.split(seed: 1).standardized()
    let setting = Setting(
      testDescription: "", network: ConvolutionalNetwork(channels: [4], head: .flatten),
      options: TrainingOptions(batchSize: 32, epochs: 2, seed: 1))
    func trainer() throws -> Trainer { try Trainer(setting.network, data: data, options: setting.options) }
    let whole = try Self.finish(trainer())
    for stop in 1...4 {
      let interrupted = try trainer()
      var steps = 0
      _ = try? interrupted.train(afterStep: {
        steps += 1
        if steps == stop { throw Interruption() }
      })
      let resumed = try trainer()
      try resumed.restore(interrupted.checkpoint())
      #expect(try Self.finish(resumed) == whole)
    }
  }

  @Test("goes on bit for bit with L-BFGS and Newton-CG", arguments: [MinimizationMethod.lbfgs(memory: 3), .newtonCG])
  func fullBatch(_ method: MinimizationMethod) throws {
    let data = try TrainerTests.moons()
    var options = TrainingOptions(optimizer: .adam(weightDecay: 1e-3), epochs: 7, seed: 3)
    options.minimizer = method
    let network = MultilayerPerceptron(hiddenUnits: [8], activation: .tanh)
    func trainer() throws -> Trainer { try Trainer(network, data: data, options: options) }
    let whole = try Self.finish(trainer())
    for stop in 1...6 {
      let interrupted = try trainer()
      _ = try? interrupted.train(afterEpoch: { if $0.epoch == stop { throw Interruption() } })
      let bytes = try interrupted.checkpoint().encoded()
      let resumed = try trainer()
      try resumed.restore(TrainingCheckpoint(decoding: bytes))
      #expect(try Self.finish(resumed) == whole, "after \(stop) epochs")
    }
    options.minimizer = nil
    let other = try trainer()
    #expect(throws: TrainingError.self) {
      options.minimizer = method
      try other.restore(try trainer().checkpoint())
    }
  }

  @Test("of a finished training has nothing left to do")
  func finished() throws {
    let data = try TrainerTests.moons()
    let setting = Setting.all[0]
    let trainer = try Trainer(setting.network, data: data, options: setting.options)
    var last: TrainingCheckpoint?
    let result = try trainer.train { _ in last = trainer.checkpoint() }
    let again = try Trainer(setting.network, data: data, options: setting.options)
    try again.restore(#require(last))
    var epochs = 0
    #expect(try again.train { _ in epochs += 1 } == result)
    #expect(epochs == 0)
  }

  @Test("of another training is refused")
  func mismatch() throws {
    let data = try TrainerTests.moons()
    func trainer(_ setting: Setting) throws -> Trainer {
      try Trainer(setting.network, data: data, options: setting.options)
    }
    let checkpoint = try trainer(Setting.all[0]).checkpoint()
    for other in Setting.all[1...2] {
      #expect(throws: (any Error).self) { try trainer(other).restore(checkpoint) }
    }
    let wide = Setting(testDescription: "", network: MultilayerPerceptron(hiddenUnits: [17]))
    #expect(throws: TrainingError.self) { try trainer(wide).restore(checkpoint) }
  }

  @Test(
    "goes on in the precision that auto chose then, whatever it chooses now",
    .enabled(if: Precision.isBFloat16Available))
  func chosenPrecision() throws {
    let data = try TrainerTests.moons()
    var options = TrainerTests.options
    options.precision = .auto
    func trainer(_ precision: Precision) throws -> Trainer {
      let trainer = try Trainer(TrainerTests.network, data: data, options: options, precision: precision)
      #expect(trainer.precision == precision)
      return trainer
    }
    let (plain, rounded) = (try Self.finish(trainer(.float32)), try Self.finish(trainer(.bfloat16)))
    #expect(plain.parameters != rounded.parameters)
    for (then, now, whole) in [
      (Precision.bfloat16, Precision.float32, rounded), (.float32, .bfloat16, plain), (.bfloat16, .bfloat16, rounded),
    ] {
      let interrupted = try trainer(then)
      var steps = 0
      _ = try? interrupted.train(afterStep: {
        steps += 1
        if steps == 11 { throw Interruption() }
      })
      let resumed = try trainer(now)
      try resumed.restore(TrainingCheckpoint(decoding: interrupted.checkpoint().encoded()))
      #expect(resumed.precision == then)
      #expect(try Self.finish(resumed) == whole)
    }
  }

  @Test("of other samples or targets is refused, be it one of them", arguments: 0..<5)
  func otherData(_ change: Int) throws {
    let data = try TrainerTests.moons()
    func changed(_ data: Dataset, feature: Int? = nil, target: Int? = nil) throws -> Dataset {
      guard case .classes(var labels, let names) = data.target else { return data }
      var features = data.features
      if let feature { features[feature] += 1e-6 }
      if let target { labels[target] = 1 - labels[target] }
      return try Dataset(
        name: data.name, features: features, featureShape: data.featureShape,
        target: .classes(labels: labels, names: names))
    }
    let (training, validation) = (data.training, data.validation)
    let last = training.features.count - 1
    let other = DatasetSplits(
      training: change == 0
        ? try changed(training, target: 7) : change == 1 ? try changed(training, feature: last) : training,
      validation: change == 2
        ? try changed(validation, target: 0) : change == 3 ? try changed(validation, feature: 0) : validation,
      test: data.test, indices: data.indices, standardization: data.standardization)
    func trainer(_ data: DatasetSplits) throws -> Trainer {
      try Trainer(TrainerTests.network, data: data, options: TrainerTests.options)
    }
    let checkpoint = try trainer(data).checkpoint()
    if change == 4 {
      try trainer(other).restore(checkpoint)
    } else {
      let error = #expect(throws: TrainingError.self) { try trainer(other).restore(checkpoint) }
      #expect(error?.code == .dataMismatch)
    }
  }

  @Test("tells data apart by every bit and every place")
  func hash() {
    func value(_ numbers: [Float]) -> UInt64 {
      var hash = ContentHash()
      hash.add(numbers)
      return hash.value
    }
    var random = SplitMix64(seed: 9)
    for count in [1, 2, 7, 8, 9, 63, 64, 65] {
      let numbers = (0..<count).map { _ in Float(random.next() % 1000) }
      var seen: Set<UInt64> = [value(numbers), value(numbers + [0])]
      for place in 0..<count {
        for bit in 0..<32 {
          var other = numbers
          other[place] = Float(bitPattern: numbers[place].bitPattern ^ 1 << UInt32(bit))
          seen.insert(value(other))
        }
        // Two changed signs in one lane do not undo each other.
        for second in place + 1..<max(count, place + 1) {
          var other = numbers
          other[place] = -other[place] - 1
          other[second] = -other[second] - 1
          seen.insert(value(other))
        }
      }
      #expect(seen.count == 2 + 32 * count + count * (count - 1) / 2)
    }
  }

  @Test("that is cut off or damaged anywhere is refused")
  func damage() throws {
    let data = try TrainerTests.moons()
    let trainer = try Trainer(Setting.all[2].network, data: data, options: Setting.all[2].options)
    var steps = 0
    _ = try? trainer.train(afterStep: {
      steps += 1
      if steps == 4 { throw Interruption() }
    })
    let checkpoint = trainer.checkpoint()
    let bytes = try checkpoint.encoded()
    #expect(try TrainingCheckpoint(decoding: bytes) == checkpoint)
    for count in 0..<bytes.count {
      let error = #expect(throws: TrainingError.self) { try TrainingCheckpoint(decoding: Array(bytes[..<count])) }
      #expect(error?.code == .corrupt)
    }
    var random = SplitMix64(seed: 4)
    for _ in 0..<2000 {
      var damaged = bytes
      damaged[Int(random.next() % UInt64(bytes.count))] ^= UInt8(1 << (random.next() % 8))
      #expect(throws: TrainingError.self) { try TrainingCheckpoint(decoding: damaged) }
    }
  }
}
