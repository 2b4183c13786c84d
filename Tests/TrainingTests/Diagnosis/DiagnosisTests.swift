import Execution
import Graphs
import RealModule
import Testing

@testable import Training

@Suite("A diagnosis of a training")
struct DiagnosisTests {
  /// A curve that falls from 2.3 to `end`, with a swing around it.
  static func curve(to end: Double, epochs: Int = 30, swing: Double = 0) -> [Double] {
    (0..<epochs).map { epoch in
      let smooth = end + (2.3 - end) * Double.exp(-6 * Double(epoch) / Double(epochs))
      return smooth * (1 + (epoch.isMultiple(of: 2) ? swing : -swing))
    }
  }

  static func line(from start: Double, slope: Double) -> [Double] {
    (0..<20).map { epoch -> Double in start + slope * Double(epoch) }
  }

  @Test("tells the textbook's curves apart")
  func constructed() {
    func judge(_ training: [Double], _ validation: [Double]? = nil) -> TrainingDiagnosis? {
      TrainingDiagnosis(training: training, validation: validation ?? training, guessing: 2.3)
    }
    #expect(judge(Self.curve(to: 0.1)) == .healthy)
    #expect(judge(Self.curve(to: 0.4, swing: 0.3)) == .oscillating)
    #expect(judge(Self.curve(to: 0.001, swing: 0.3)) == .healthy, "a swing of nearly nothing is no matter")
    #expect(judge(Self.line(from: 2.4, slope: -0.005)) == .stuck)
    #expect(judge(Array(repeating: 2.303, count: 12)) == .stuck)
    #expect(judge(Self.line(from: 2.3, slope: -0.02)) == .stuck)
    #expect(judge(Self.line(from: 2.3, slope: 0.5)) == .diverged)
    #expect(judge([2.3, .nan, 1]) == .diverged)
    #expect(judge([2.3, .infinity]) == .diverged)
    #expect(judge([2.3, 0.4]) == nil, "two epochs tell nothing")
    // What was learned is lost again.
    let learning = [1.2, 0.6, 0.4, 0.5, 0.9]
    #expect(judge(learning + Array(repeating: 2.31, count: 10)) == .diverged)
    #expect(judge(learning + Array(repeating: 1.5, count: 10)) == .oscillating)
    #expect(judge(learning + Array(repeating: 0.6, count: 10)) == .healthy)
    // The same curves after a start that was far off, and after one that was not.
    func judge(_ training: [Double], from start: Double) -> TrainingDiagnosis? {
      TrainingDiagnosis(training: training, validation: training, guessing: 1, start: start)
    }
    let dead = [1.9] + Array(repeating: [1.0, 1.001], count: 10).flatMap { $0 }
    #expect(judge(dead, from: 1) == .diverged)
    #expect(judge(dead, from: 2.5) == .healthy)
    #expect(judge(Self.line(from: 2.4, slope: -0.005), from: 2.4) == .stuck)
    #expect(judge(Self.line(from: 24, slope: -0.05), from: 2.4) == .diverged)
    #expect(judge(Self.line(from: 2.4, slope: 0.2), from: 2.4) == .diverged)
    // A few rare classes, of which guessing costs little: the loss falls steadily, from far above to far above.
    let falling = (0..<10).map { 1.15 * Double.exp(-0.13 * Double($0)) }
    #expect(TrainingDiagnosis(training: falling, validation: falling, guessing: 0.135, start: 1.2) == .stuck)
    let weak = (0..<30).map { 0.92 + 0.1 * Double.exp(-Double($0)) }
    #expect(judge(weak, from: 1.05) == .healthy)
    #expect(judge(Array(weak.prefix(3)), from: 1.05) == .stuck)
    let rising = (0..<30).map { epoch -> Double in
      let epoch = Double(epoch)
      return epoch < 10 ? 2 - 0.15 * epoch : 0.65 + 0.03 * (epoch - 9)
    }
    #expect(judge(Self.curve(to: 0.01), rising) == .overfitting(since: 10))
    #expect(judge(rising, rising) != .overfitting(since: 10), "where training rises as well, it is something else")
  }

  /// Trains on the digits with a rate.
  static func digits(
    _ optimizer: Optimizer, epochs: Int = 15, samples: Int = 600, units: [Int] = [64], seed: UInt64 = 1
  ) throws -> TrainingDiagnosis? {
    let data = try EmbeddedDataset.digits.load().subset(Array(0..<samples)).split(seed: 1).standardized()
    let trainer = try Trainer(
      MultilayerPerceptron(hiddenUnits: units), data: data,
      options: TrainingOptions(optimizer: optimizer, batchSize: 32, epochs: epochs, seed: seed))
    do {
      let result = try trainer.train()
      return try trainer.diagnosis(of: result.history)
    } catch let error as TrainingError where error.code == .diverged {
      return .diverged
    }
  }

  @Test("finds a sound rate healthy", arguments: [0.03, 0.1])
  func sound(rate: Double) throws {
    #expect(try Self.digits(.gradientDescent(learningRate: rate)) == .healthy)
    #expect(try Self.digits(.adam(learningRate: rate / 30)) == .healthy)
  }

  @Test("finds a rate of next to nothing stuck", arguments: [1e-7, 1e-5, 1e-4])
  func low(rate: Double) throws {
    #expect(try Self.digits(.gradientDescent(learningRate: rate)) == .stuck)
  }

  @Test("finds an absurd rate too high", arguments: [3.0, 10, 1000])
  func high(rate: Double) throws {
    let diagnosis = try Self.digits(.gradientDescent(learningRate: rate))
    #expect([.diverged, .oscillating].contains(diagnosis), "\(diagnosis as Any)")
    let second = try Self.digits(.momentum(learningRate: rate / 3))
    #expect([.diverged, .oscillating].contains(second), "\(second as Any)")
  }

  @Test("finds a rate too high where what was learned is lost again", arguments: UInt64(0)..<4)
  func forgetting(seed: UInt64) throws {
    let diagnosis = try Self.digits(
      .adam(learningRate: 0.1), epochs: 30, samples: 1797, units: [64, 64], seed: seed)
    #expect([.diverged, .oscillating].contains(diagnosis), "\(diagnosis as Any)")
  }

  /// Judges a training of the diabetes data, or of such with targets of pure chance, by a linear model or a small network.
  static func regression(
    _ optimizer: Optimizer, units: [Int], isChance: Bool = false, batchSize: Int = 32, epochs: Int = 30, seed: UInt64
  ) throws -> (diagnosis: TrainingDiagnosis?, losses: [Double]) {
    var data = try EmbeddedDataset.diabetes.load()
    if isChance, case .values(let values) = data.target {
      var generator = RandomStream(seed: seed, purpose: .step, index: 0)
      data = try Dataset(
        name: "chance", features: data.features, featureShape: data.featureShape,
        target: .values(values.map { _ in Float(generator.next() >> 40) }))
    }
    let trainer = try Trainer(
      MultilayerPerceptron(hiddenUnits: units), data: data.split(seed: seed).standardized(),
      options: TrainingOptions(optimizer: optimizer, batchSize: batchSize, epochs: epochs, seed: seed))
    do {
      let history = try trainer.train().history
      return (try trainer.diagnosis(of: history), history.map(\.trainingLoss))
    } catch let error as TrainingError where error.code == .diverged {
      return (.diverged, [])
    }
  }

  @Test("finds a rate of next to nothing stuck where drawn weights do worse than guessing", arguments: UInt64(0)..<8)
  func lowFromFar(seed: UInt64) throws {
    for units in [[], [64], [64, 32]] {
      for (batchSize, optimizer) in [
        (1, Optimizer.adam(learningRate: 1e-6)), (8, .adam(learningRate: 1e-6)),
        (32, .gradientDescent(learningRate: 1e-7)),
      ] {
        let (found, losses) = try Self.regression(
          optimizer, units: units, batchSize: batchSize, epochs: 10, seed: seed)
        // Some drawn weights do better than guessing by luck, and are not told from such as have learned that.
        let isLucky = losses.allSatisfy { $0 < 0.9 }
        #expect(found == .stuck || isLucky && found == .healthy, "\(found as Any) of \(units), \(batchSize): \(losses)")
      }
    }
  }

  @Test("finds a linear model at the optimum of data that say little healthy", arguments: UInt64(0)..<8)
  func littleToLearn(seed: UInt64) throws {
    let found = try Self.regression(.adam(learningRate: 1e-2), units: [], seed: seed).diagnosis
    #expect(found == .healthy)
    let chance = try Self.regression(.adam(learningRate: 1e-2), units: [], isChance: true, epochs: 60, seed: seed)
      .diagnosis
    #expect([.healthy, .stuck].contains(chance), "\(chance as Any)")
  }

  @Test("finds an absurd rate of a regression too high", arguments: UInt64(0)..<4)
  func highForValues(seed: UInt64) throws {
    for optimizer in [Optimizer.gradientDescent(learningRate: 3), .adam(learningRate: 30)] {
      let found = try Self.regression(optimizer, units: [64, 32], seed: seed).diagnosis
      #expect([.diverged, .oscillating].contains(found), "\(found as Any)")
    }
  }

  @Test("finds a large network on few samples overfitting")
  func overfitting() throws {
    let diagnosis = try Self.digits(.adam(learningRate: 0.01), epochs: 120, samples: 150, units: [128, 128])
    guard case .overfitting(let epoch) = diagnosis else {
      Issue.record("\(diagnosis as Any)")
      return
    }
    #expect((2...100).contains(epoch))
  }

  @Test("knows the loss of guessing")
  func guessing() throws {
    let digits = try EmbeddedDataset.digits.load().split(seed: 1).standardized()
    let trainer = try Trainer(MultilayerPerceptron(hiddenUnits: []), data: digits, options: TrainingOptions())
    #expect(abs(try trainer.guessingLoss().value - Double.log(10)) < 0.01)
    let values = try Dataset(
      name: "values", features: (0..<40).map(Float.init), featureShape: [1],
      target: .values((0..<40).map { Float($0) * 1000 }))
    let data = try values.split(seed: 1).standardized()
    let regression = try Trainer(MultilayerPerceptron(hiddenUnits: []), data: data, options: TrainingOptions())
    #expect(abs(try regression.guessingLoss().value - 1) < 1e-9)
  }

  /// A training of the digits with a loss, and perhaps a teacher.
  private static func trained(
    smoothing: Double, teacher: Teacher? = nil, augmentation: Augmentation = Augmentation(), epochs: Int = 15
  ) throws -> (trainer: Trainer, result: TrainingResult, data: DatasetSplits) {
    let data = try EmbeddedDataset.digits.load().split(seed: 1).standardized()
    var options = TrainingOptions(optimizer: .adam(learningRate: 3e-3), batchSize: 32, epochs: epochs, seed: 1)
    options.loss = .softmaxCrossEntropy(labelSmoothing: smoothing)
    options.augmentation = augmentation
    let trainer = try Trainer(MultilayerPerceptron(hiddenUnits: [64]), data: data, options: options, teacher: teacher)
    return (trainer, try trainer.train(), data)
  }

  @Test("finds a training healthy whose smoothed labels or teacher leave much of the loss", arguments: [0.3, 0.8])
  func smoothed(smoothing: Double) throws {
    let (trainer, result, data) = try Self.trained(smoothing: smoothing)
    #expect(result.best.value > 0.96)
    #expect(try trainer.diagnosis(of: result.history) == .healthy)
    let guessing = try trainer.guessingLoss()
    #expect(guessing.floor > 0 && guessing.floor < guessing.value)
    #expect(try #require(result.history.last).trainingLoss >= guessing.floor)
    let teacher = Teacher(try trainer.model(), temperature: 4, share: 0.9)
    for augmentation in [Augmentation(), Augmentation(shift: 1)] {
      let (taught, second, _) = try Self.trained(smoothing: smoothing, teacher: teacher, augmentation: augmentation)
      #expect(second.best.value > 0.9)
      #expect(try taught.diagnosis(of: second.history) == .healthy)
    }
    _ = data
  }

  @Test("finds a rate of next to nothing stuck with smoothed labels, too")
  func smoothedAndStuck() throws {
    let (trainer, _, _) = try Self.trained(smoothing: 0.8, epochs: 3)
    let guessing = try trainer.guessingLoss()
    let history = Array(repeating: guessing.value - 0.01 * (guessing.value - guessing.floor), count: 9)
    #expect(
      TrainingDiagnosis(
        training: history.map { $0 - guessing.floor }, validation: history, guessing: guessing.value - guessing.floor)
        == .stuck)
  }

  @Test("the loss of guessing is that of the best constant outputs", arguments: [0.0, 0.1, 0.8])
  func constantOutputs(smoothing: Double) throws {
    let (taught, _, data) = try Self.trained(smoothing: 0, epochs: 2)
    let teacher = Teacher(try taught.model(), temperature: 3, share: 1)
    /// What a network without inputs of its own learns: all samples are alike.
    func constant(_ teacher: Teacher?) throws -> (loss: Double, guessing: GuessingLoss) {
      let blank = try Dataset(
        name: "blank", features: Array(repeating: 0, count: data.training.features.count), featureShape: [8, 8, 1],
        target: data.training.target)
      let splits = DatasetSplits(
        training: blank, validation: blank, test: blank, indices: data.indices, standardization: data.standardization)
      var options = TrainingOptions(optimizer: .adam(learningRate: 0.05), batchSize: .max, epochs: 200, seed: 1)
      options.loss = .softmaxCrossEntropy(labelSmoothing: smoothing)
      let trainer = try Trainer(
        MultilayerPerceptron(hiddenUnits: []), data: splits, options: options, teacher: teacher)
      return (try #require(trainer.train().history.last).trainingLoss, try trainer.guessingLoss())
    }
    let hard = try constant(nil)
    #expect(abs(hard.loss - hard.guessing.value) < 1e-3)
    // The teacher says the same of all samples, so that nothing is left to guess.
    let soft = try constant(teacher)
    #expect(abs(soft.guessing.value) < 1e-6 && abs(soft.loss) < 1e-3)
  }

  @Test("is read again from its words, whatever they advised once")
  func words() {
    for diagnosis in [.diverged, .oscillating, .stuck, .healthy, .overfitting(since: 12)] as [TrainingDiagnosis] {
      #expect(TrainingDiagnosis(description: diagnosis.description) == diagnosis)
    }
    #expect(TrainingDiagnosis(description: "stuck: raise the learning rate") == .stuck)
    #expect(TrainingDiagnosis(description: "sound") == nil && TrainingDiagnosis(description: "") == nil)
  }

  @Test("the worst of several is told")
  func worst() {
    #expect(TrainingDiagnosis.worst(of: []) == nil)
    #expect(TrainingDiagnosis.worst(of: [.healthy, .overfitting(since: 3), .healthy]) == .overfitting(since: 3))
    #expect(TrainingDiagnosis.worst(of: [.stuck, .diverged, .oscillating]) == .diverged)
  }
}
