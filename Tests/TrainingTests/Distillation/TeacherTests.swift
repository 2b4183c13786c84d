import Execution
import Graphs
import RealModule
import Testing

@testable import Training

@Suite("A teacher")
struct TeacherTests {
  static func teacher(_ data: DatasetSplits) throws -> TrainedModel {
    let options = TrainingOptions(optimizer: .adam(learningRate: 0.01), batchSize: 16, epochs: 8, seed: 3)
    let trainer = try Trainer(MultilayerPerceptron(hiddenUnits: [24]), data: data, options: options)
    _ = try trainer.train()
    return try trainer.model()
  }

  static let student = MultilayerPerceptron(hiddenUnits: [6])

  /// The probabilities of one row of logits, levelled by a temperature.
  static func softmax(_ logits: ArraySlice<Float>, _ temperature: Double) -> [Double] {
    let powers = logits.map { Double.exp(Double($0) / temperature) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  @Test("has the share in the loss that Hinton's formula says", arguments: [(1.0, 0.3), (4.0, 0.9), (2.5, 1.0)])
  func formula(_ temperature: Double, _ share: Double) throws {
    let data = try TrainerTests.moons()
    let teacher = Teacher(try Self.teacher(data), temperature: temperature, share: share)
    // One step on all samples: its loss is that of the weights that training began with.
    let options = TrainingOptions(batchSize: data.training.count, epochs: 1, seed: 5)
    let trainer = try Trainer(Self.student, data: data, options: options, teacher: teacher)
    let before = try trainer.model()
    let report = try trainer.train().history[0]

    func outputs(_ model: TrainedModel) throws -> [Float] {
      let store = try model.parameterStore()
      return try Evaluator(
        model.network, data: data.training, outputWidth: 2, scale: .identity, parameters: store, kernels: .reference
      ).outputs(for: data.training)
    }
    let (own, taught) = (try outputs(before), try outputs(teacher.model))
    guard case .classes(let labels, _) = data.training.target else {
      Issue.record("the target is of another kind")
      return
    }
    var (hard, soft) = (0.0, 0.0)
    for (sample, label) in labels.enumerated() {
      let row = sample * 2..<sample * 2 + 2
      hard -= Double.log(Self.softmax(own[row], 1)[Int(label)])
      for (p, q) in zip(Self.softmax(taught[row], temperature), Self.softmax(own[row], temperature)) {
        soft += temperature * temperature * p * Double.log(p / q)
      }
    }
    let expected = ((1 - share) * hard + share * soft) / Double(labels.count)
    #expect(abs(report.trainingLoss - expected) < 1e-5 * max(1, expected))
  }

  @Test("alone is imitated, also against the targets")
  func imitation() throws {
    let data = try TrainerTests.moons()
    let taught = try Self.teacher(data)
    guard case .classes(let labels, let names) = data.training.target else {
      Issue.record("the target is of another kind")
      return
    }
    let opposite = try Dataset(
      name: "opposite", features: data.training.features, featureShape: [2],
      target: .classes(labels: labels.map { 1 - $0 }, names: names))
    let wrong = DatasetSplits(
      training: opposite, validation: data.validation, test: data.test, indices: data.indices,
      standardization: data.standardization)
    let options = TrainingOptions(optimizer: .adam(learningRate: 0.02), batchSize: 16, epochs: 30, seed: 1)
    let trainer = try Trainer(
      MultilayerPerceptron(hiddenUnits: [24]), data: wrong, options: options,
      teacher: Teacher(taught, temperature: 2, share: 1))
    let result = try trainer.train()
    #expect(result.best.value > 0.95, "the validation labels are the right ones")
    #expect(result.history[29].trainingLoss < 0.05 * result.history[0].trainingLoss)
  }

  @Test("of values gives its share of the squared difference")
  func values() throws {
    let features = (0..<200).map { Float($0 % 40) / 20 - 1 }
    let dataset = try Dataset(
      name: "parabola", features: features, featureShape: [1], target: .values(features.map { 3 + 2 * $0 * $0 }))
    let data = try dataset.split(seed: 1).standardized()
    let taught = try Self.teacher(data)
    let options = TrainingOptions(batchSize: data.training.count, epochs: 1, seed: 5)
    func loss(_ share: Double?) throws -> Double {
      let teacher = share.map { Teacher(taught, share: $0) }
      return try Trainer(Self.student, data: data, options: options, teacher: teacher).train().history[0].trainingLoss
    }
    let (none, half, all) = (try loss(nil), try loss(0.5), try loss(1))
    #expect(none != all)
    #expect(abs(half - (none + all) / 2) < 1e-6)
  }

  @Test("sees changed samples as the network does, and says the same of unchanged ones")
  func changedSamples() throws {
    let data = try TrainerTests.moons()
    let teacher = Teacher(try Self.teacher(data))
    var batches = MiniBatches(count: data.training.count, batchSize: 16, seed: 9)
    batches.shuffle(epoch: 2)
    let samples = UnsafeMutableBufferPointer<Float>.allocate(capacity: 32)
    defer { samples.deallocate() }
    let said = try [false, true].map { areSamplesChanged in
      let outputs = try TeacherOutputs(
        teacher, data: data.training, batchSize: 16, areSamplesChanged: areSamplesChanged, kernels: .automatic)
      return try (0..<3).flatMap { batch in
        let places = batches.places(of: batch)
        data.training.features.withUnsafeBufferPointer { batches.gather(places, from: $0, width: 2, into: samples) }
        let room = UnsafeMutableBufferPointer<Float>.allocate(capacity: 32)
        defer { room.deallocate() }
        try outputs.write(places, of: batches, samples: samples, into: room)
        return Array(room)
      }
    }
    for (table, run) in zip(said[0], said[1]) { #expect(abs(table - run) < 1e-4 * max(1, abs(table))) }
  }

  @Test("belongs to the training: a checkpoint goes on bit for bit, and not with another teacher")
  func checkpoint() throws {
    let data = try TrainerTests.moons()
    let taught = try Self.teacher(data)
    func trainer(_ teacher: Teacher?) throws -> Trainer {
      try Trainer(Self.student, data: data, options: TrainerTests.options, teacher: teacher)
    }
    let teacher = Teacher(taught)
    let whole = try CheckpointTests.finish(trainer(teacher))
    let interrupted = try trainer(teacher)
    var steps = 0
    _ = try? interrupted.train(afterStep: {
      steps += 1
      if steps == 11 { throw CheckpointTests.Interruption() }
    })
    let bytes = try interrupted.checkpoint().encoded()
    let resumed = try trainer(teacher)
    try resumed.restore(TrainingCheckpoint(decoding: bytes))
    #expect(try CheckpointTests.finish(resumed) == whole)
    for other in [nil, Teacher(taught, temperature: 5), Teacher(taught, share: 0.6), Teacher(try interrupted.model())] {
      #expect(throws: TrainingError.self) { try trainer(other).restore(TrainingCheckpoint(decoding: bytes)) }
    }
  }

  @Test("that does not fit is refused with a reason")
  func refusals() throws {
    let data = try TrainerTests.moons()
    let taught = try Self.teacher(data)
    func refused(_ teacher: Teacher, _ code: TrainingError.Code, _ text: String, data: DatasetSplits) {
      let error = #expect(throws: TrainingError.self) {
        try Trainer(Self.student, data: data, options: TrainerTests.options, teacher: teacher)
      }
      #expect(error?.code == code)
      #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
    }
    refused(Teacher(taught, temperature: 0), .invalidOption, "temperature is 0.0", data: data)
    refused(Teacher(taught, share: 1.5), .invalidOption, "share is 1.5", data: data)
    refused(Teacher(taught, share: .nan), .invalidOption, "share is nan", data: data)
    let digits = try EmbeddedDataset.digits.load().subset(Array(0..<100)).split(seed: 1).standardized()
    refused(Teacher(taught), .dataMismatch, "predicts other targets", data: digits)
    let raw = DatasetSplits(
      training: data.training, validation: data.validation, test: data.test, indices: data.indices,
      standardization: nil)
    refused(Teacher(taught), .dataMismatch, "standardized by other figures", data: raw)
  }
}
