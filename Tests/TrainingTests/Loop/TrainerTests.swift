import CAllocationCounter
import Execution
import Graphs
import Testing

@testable import Training

@Suite("A trainer")
struct TrainerTests {
  /// Two interleaved classes of two features that a small network tells apart.
  static func moons(samples: Int = 230) throws -> DatasetSplits {
    var features: [Float] = []
    var labels: [Int32] = []
    var stream = RandomStream(seed: 5, purpose: .order)
    for index in 0..<samples {
      let x = Float(stream.next(below: 2000)) / 1000 - 1
      let label = Int32(index % 2)
      features += [x, x * x + (label == 0 ? 0.3 : -0.3)]
      labels.append(label)
    }
    let dataset = try Dataset(
      name: "moons", features: features, featureShape: [2],
      target: .classes(labels: labels, names: ["above", "below"]))
    return try dataset.split(seed: 1).standardized()
  }

  static let network = MultilayerPerceptron(hiddenUnits: [16], dropout: 0.1)
  static let options = TrainingOptions(optimizer: .adam(learningRate: 0.01), batchSize: 16, epochs: 8, seed: 3)

  struct Run: Equatable {
    let result: TrainingResult
    let parameters: [Float]
  }

  func run(_ options: TrainingOptions = Self.options, data: DatasetSplits) throws -> Run {
    let trainer = try Trainer(Self.network, data: data, options: options)
    let result = try trainer.train()
    return Run(result: result, parameters: trainer.parameters.snapshot())
  }

  @Test("reaches 0.97 on the digits in a few epochs, and generalizes")
  func digits() throws {
    let data = try EmbeddedDataset.digits.load().split(seed: 0).standardized()
    let options = TrainingOptions(optimizer: .adam(learningRate: 3e-3), batchSize: 32, epochs: 20, seed: 1)
    let trainer = try Trainer(MultilayerPerceptron(hiddenUnits: [128]), data: data, options: options)
    let result = try trainer.train()
    #expect(result.best.value >= 0.97)
    #expect(try #require(trainer.evaluate(data.test)[.accuracy]) >= 0.95)
  }

  @Test("gives the same result bit for bit from the same seed")
  func determinism() throws {
    let data = try Self.moons()
    #expect(try run(data: data) == run(data: data))
  }

  @Test("gives other results from other seeds")
  func seeds() throws {
    let data = try Self.moons()
    var other = Self.options
    other.seed = 4
    let (first, second) = (try run(data: data), try run(other, data: data))
    #expect(first.parameters != second.parameters)
    #expect(first.result.history[0].trainingLoss != second.result.history[0].trainingLoss)
  }

  @Test("ends with the parameters of its best epoch")
  func bestEpoch() throws {
    let data = try Self.moons()
    let options = TrainingOptions(
      optimizer: .gradientDescent(learningRate: 4), batchSize: 8, epochs: 25, seed: 1)
    let trainer = try Trainer(Self.network, data: data, options: options)
    var atBest: [Float] = []
    let result = try trainer.train { if $0.isBest { atBest = trainer.parameters.snapshot() } }
    #expect(result.best.epoch < 25, "the test needs a training that gets worse again")
    #expect(trainer.parameters.snapshot() == atBest)
    #expect(try trainer.evaluate(data.validation) == result.best.validation)
    #expect(result.best.value == result.history.map(\.value).max())
    let equals = result.history.filter { $0.value == result.best.value }
    #expect(result.best.validation.loss == equals.map(\.validation.loss).min())
  }

  @Test("compares epochs by the metric asked for")
  func chosenMetric() throws {
    var options = Self.options
    options.metric = .logLoss
    let result = try run(options, data: try Self.moons()).result
    #expect(result.best.value == result.history.compactMap { $0.validation[.logLoss] }.min())
  }

  @Test("may choose its epoch by another metric than the one reported")
  func selection() throws {
    var options = Self.options
    options.optimizer = .gradientDescent(learningRate: 4)
    options.epochs = 25
    options.selection = .logLoss
    let result = try run(options, data: try Self.moons()).result
    #expect(result.best.validation[.logLoss] == result.history.compactMap { $0.validation[.logLoss] }.min())
    #expect(result.best.value == result.best.validation[.accuracy])
    #expect(result.history.map(\.value) == result.history.map { $0.validation[.accuracy] })
  }

  @Test("reports each epoch, and stops where the hook throws")
  func hook() throws {
    struct Pruned: Error {}
    let trainer = try Trainer(Self.network, data: try Self.moons(), options: Self.options)
    var epochs: [Int] = []
    #expect(throws: Pruned.self) {
      try trainer.train { report in
        epochs.append(report.epoch)
        if report.epoch == 3 { throw Pruned() }
      }
    }
    #expect(epochs == [1, 2, 3])
  }

  @Test("uses every sample in evaluation, whatever their number", arguments: [1, 2, 45, 46, 47, 91, 92, 93])
  func evaluation(count: Int) throws {
    // Validation has 46 samples, so that runs of 46 leave remainders of all kinds.
    let data = try Self.moons()
    #expect(data.validation.count == 46)
    let trainer = try Trainer(Self.network, data: data, options: Self.options)
    let whole = try trainer.evaluate(data.training.subset(Array(0..<count)))
    var (accuracy, logLoss) = (0.0, 0.0)
    for index in 0..<count {
      let single = try trainer.evaluate(data.training.subset([index]))
      accuracy += try #require(single[.accuracy])
      logLoss += try #require(single[.logLoss])
    }
    #expect(abs(try #require(whole[.accuracy]) - accuracy / Double(count)) < 1e-12)
    #expect(abs(try #require(whole[.logLoss]) - logLoss / Double(count)) < 1e-6)
  }

  @Test("stops where training diverges")
  func divergence() throws {
    let options = TrainingOptions(
      optimizer: .gradientDescent(learningRate: 1e12), batchSize: 16, epochs: 50, seed: 1)
    let error = #expect(throws: TrainingError.self) { try run(options, data: try Self.moons()) }
    #expect(error?.code == .diverged)
    #expect(error?.message.contains("epoch") == true)
  }

  @Test("fits values, and measures them in their own unit")
  func regression() throws {
    var features: [Float] = []
    var values: [Float] = []
    var stream = RandomStream(seed: 6, purpose: .order)
    for _ in 0..<400 {
      let (x, y) = (Float(stream.next(below: 1000)), Float(stream.next(below: 1000)))
      features += [x, y]
      values.append(1_000_000 + 300 * x - 200 * y)
    }
    let dataset = try Dataset(name: "plane", features: features, featureShape: [2], target: .values(values))
    let data = try dataset.split(seed: 0).standardized()
    let options = TrainingOptions(optimizer: .adam(learningRate: 0.02), batchSize: 16, epochs: 30, seed: 0)
    let trainer = try Trainer(MultilayerPerceptron(hiddenUnits: []), data: data, options: options)
    let result = try trainer.train()
    let test = try trainer.evaluate(data.test)
    #expect(try #require(test[.r2]) > 0.999)
    // The values' deviation is about 104,000.
    #expect(try #require(test[.rmse]) < 1500)
    #expect(result.best.value == result.best.validation[.rmse])
  }

  @Test("takes batches as large as the data, and of one sample", arguments: [1, 10_000])
  func extremeBatches(size: Int) throws {
    var options = Self.options
    options.batchSize = size
    options.epochs = 2
    #expect(try run(options, data: try Self.moons()).result.history.count == 2)
  }

  @Test(
    "allocates nothing in a step, whichever thread prepares batches", .enabled(if: CAllocationCounterIsAvailable()),
    arguments: [BatchPreparation.inPlace, .ahead])
  func allocations(_ preparation: BatchPreparation) throws {
    // 138 training samples, so 138 steps an epoch; evaluation, the report, a better epoch's parameters and the other thread
    // take a few.
    var options = Self.options
    options.batchSize = 1
    options.epochs = 3
    let trainer = try Trainer(Self.network, data: try Self.moons(), options: options)
    trainer.preparation = preparation
    var counts: [UInt64] = []
    counts.reserveCapacity(3)
    _ = try trainer.train { _ in counts.append(CAllocationCount()) }
    #expect(counts[2] - counts[1] < 40)
  }

  @Test("refuses a network beyond what memory is for, before it takes any")
  func tooLarge() throws {
    let huge = MultilayerPerceptron(hiddenUnits: [65_536, 65_536])
    let error = #expect(throws: TrainingError.self) {
      try Trainer(huge, data: try Self.moons(), options: Self.options)
    }
    #expect(error?.code == .invalidOption && error?.message.contains("parameters") == true)
  }

  @Test("refuses a metric of another task, and other data")
  func mismatch() throws {
    let data = try Self.moons()
    var options = Self.options
    options.metric = .rmse
    let metric = #expect(throws: TrainingError.self) { try run(options, data: data) }
    #expect(metric?.code == .dataMismatch)
    #expect(metric?.message.contains("accuracy or balancedAccuracy or f1 or logLoss") == true)
    options = Self.options
    options.selection = .r2
    let selection = #expect(throws: TrainingError.self) { try run(options, data: data) }
    #expect(selection?.code == .dataMismatch)
    let trainer = try Trainer(Self.network, data: data, options: Self.options)
    let other = #expect(throws: TrainingError.self) { try trainer.evaluate(try EmbeddedDataset.digits.load()) }
    #expect(other?.code == .dataMismatch)
  }

  @Test("refuses r2 of equal targets, and says why")
  func constantTargets() throws {
    let dataset = try Dataset(
      name: "flat", features: (0..<40).map(Float.init), featureShape: [1],
      target: .values((0..<40).map { _ in 2.5 }))
    let data = try dataset.split(seed: 0).standardized()
    var options = TrainingOptions(epochs: 1, metric: .r2)
    let error = #expect(throws: TrainingError.self) {
      try Trainer(MultilayerPerceptron(hiddenUnits: []), data: data, options: options)
    }
    #expect(
      error?.code == .dataMismatch && error?.message.contains("all 8 targets of the validation samples are 2.5") == true
    )
    options.metric = .rmse
    _ = try Trainer(MultilayerPerceptron(hiddenUnits: []), data: data, options: options).train()
  }

  @Test("averages its weights where it is told to, and keeps the average of the best epoch")
  func weightAveraging() throws {
    let data = try Self.moons()
    var options = Self.options
    options.weightAveraging = 0.95
    let trainer = try Trainer(Self.network, data: data, options: options)
    let result = try trainer.train()
    #expect(try trainer.evaluate(data.validation) == result.best.validation)
    // The average changes what is measured, not the steps.
    let plain = try run(data: data)
    #expect(result.history.map(\.trainingLoss) == plain.result.history.map(\.trainingLoss))
    #expect(result.history.map(\.validation) != plain.result.history.map(\.validation))
  }

  @Test("ends when no epoch of its patience was better, and keeps the best one")
  func earlyStopping() throws {
    let data = try Self.moons()
    var options = Self.options
    options.epochs = 200
    options.optimizer = .adam(learningRate: 0.05)
    options.patience = 6
    let trainer = try Trainer(Self.network, data: data, options: options)
    let result = try trainer.train()
    #expect(result.history.count < 200)
    #expect(result.history.count == result.best.epoch + 6)
    #expect(try trainer.evaluate(data.validation) == result.best.validation)
  }

  @Test("steps by its schedule: a rate of nearly nothing stands still")
  func schedule() throws {
    let data = try Self.moons()
    var options = Self.options
    options.schedule = LearningRateSchedule(.exponential(factor: 1e-12))
    let losses = try run(options, data: data).result.history.map(\.validation)
    // The first epoch has the whole rate, the later ones a trillionth and less of it.
    #expect(Set(losses).count <= 2)
    #expect(Set(try run(data: data).result.history.map(\.validation)).count > 4)
  }

  @Test("lowers its rate on a plateau")
  func plateau() throws {
    let data = try Self.moons()
    var options = Self.options
    options.epochs = 12
    // No epoch is better by a factor of a million, so that the rate falls to nothing after the third.
    options.plateau = PlateauReduction(factor: 1e-12, patience: 1, threshold: 1e6)
    options.metric = .logLoss
    let history = try run(options, data: data).result.history.map(\.validation)
    #expect(Set(history.prefix(3)).count == 3)
    #expect(Set(history.dropFirst(3)).count <= 2)
  }

  @Test("clips gradients to a norm: a tiny one barely moves the weights")
  func clipping() throws {
    let data = try Self.moons()
    var options = Self.options
    options.epochs = 1
    options.optimizer = .gradientDescent(learningRate: 0.1)
    let free = try run(options, data: data).parameters
    options.gradientNorm = 1e-6
    let clipped = try run(options, data: data).parameters
    let start = try Trainer(Self.network, data: data, options: options).parameters.snapshot()
    #expect(zip(clipped, start).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(zip(free, start).contains { abs($0 - $1) > 1e-2 })
  }
}
