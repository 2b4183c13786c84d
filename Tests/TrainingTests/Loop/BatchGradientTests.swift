import Execution
import Graphs
import Testing

@testable import Training

@Suite("The gradient of a batch")
struct BatchGradientTests {
  private static let images = Augmentation(shift: 1, flip: .horizontal, cutout: 2)

  private static func digits(_ count: Int) throws -> DatasetSplits {
    try EmbeddedDataset.digits.load().subset(Array(0..<count)).split(seed: 1).standardized()
  }

  @Test(
    "is the same bit for bit whichever thread prepares the batches, and where a checkpoint went between",
    arguments: [BatchPreparation.automatic, .ahead])
  func preparation(_ preparation: BatchPreparation) throws {
    let data = try Self.digits(300)
    let taught = try Trainer(MultilayerPerceptron(hiddenUnits: [8]), data: data, options: TrainingOptions(epochs: 1))
    _ = try taught.train()
    let teacher = Teacher(try taught.model())
    var options = TrainingOptions(batchSize: 16, epochs: 2, seed: 4)
    options.augmentation = Self.images
    func trainer(_ preparation: BatchPreparation) throws -> Trainer {
      let trainer = try Trainer(
        ConvolutionalNetwork(channels: [4], head: .flatten), data: data, options: options, teacher: teacher)
      trainer.preparation = preparation
      return trainer
    }
    let expected = try CheckpointTests.finish(trainer(.inPlace))
    #expect(try CheckpointTests.finish(trainer(preparation)) == expected)
    let interrupted = try trainer(preparation)
    var steps = 0
    #expect(throws: CheckpointTests.Interruption.self) {
      try interrupted.train(afterStep: {
        steps += 1
        if steps == 14 { throw CheckpointTests.Interruption() }
      })
    }
    let resumed = try trainer(.ahead)
    try resumed.restore(interrupted.checkpoint())
    #expect(try CheckpointTests.finish(resumed) == expected)
  }

  @Test("of a batch in chunks is that of the batch as a whole", arguments: [512, 513, 700, 1077])
  func chunks(_ size: Int) throws {
    let data = try EmbeddedDataset.digits.load().split(seed: 1).standardized()
    let network = MultilayerPerceptron(hiddenUnits: [24])
    var options = TrainingOptions()
    options.loss = .softmaxCrossEntropy(labelSmoothing: 0.1)
    func gradient(isDivisible: Bool) throws -> (loss: Float, gradient: [Float], chunks: Int) {
      let graph = try NetworkGraph(network, data: data.training, outputWidth: 10, batchSize: 1).graph
      let store = ParameterStore(graph, seed: 7)
      let batch = try BatchGradient(
        network, data: data.training, batchSize: size, isDivisible: isDivisible, options: options, precision: .float32,
        teacher: nil, parameters: store, kernels: .automatic)
      var loss: Float = 0
      for piece in 0..<batch.chunkCount {
        let (inputs, places) = (batch.inputs(of: piece), batch.places(of: piece))
        let features = data.training.features[places.lowerBound * 64..<places.upperBound * 64]
        _ = inputs.samples.update(fromContentsOf: features)
        let targets = TargetColumn(data.training.target, scale: .identity, loss: nil)
        _ = inputs.targets.update(fromContentsOf: targets.elements[places])
        loss += try batch.run(piece, seed: 0)
      }
      return (loss, Array(store.gradients), batch.chunkCount)
    }
    let (whole, parts) = (try gradient(isDivisible: false), try gradient(isDivisible: true))
    #expect(whole.chunks == 1 && parts.chunks == (size + 511) / 512)
    #expect(abs(whole.loss - parts.loss) < 1e-5)
    for (a, b) in zip(whole.gradient, parts.gradient) { #expect(abs(a - b) < 1e-6) }
  }

  @Test("of all samples takes no more memory than that of 512, but with batch normalization")
  func memory() throws {
    let data = try EmbeddedDataset.digits.load().split(seed: 1).standardized()
    func chunkSize(_ network: any Network) throws -> Int? {
      let trainer = try Trainer(network, data: data, options: TrainingOptions(batchSize: .max, epochs: 1))
      return trainer.gradient?.chunkSize
    }
    #expect(try chunkSize(MultilayerPerceptron(hiddenUnits: [8])) == 360)
    #expect(try chunkSize(ConvolutionalNetwork(channels: [2])) == data.training.count)
  }

  @Test("trains in chunks as it does in one piece, with dropout masks of their own")
  func training() throws {
    let data = try EmbeddedDataset.digits.load().split(seed: 1).standardized()
    let options = TrainingOptions(optimizer: .adam(learningRate: 0.01), batchSize: .max, epochs: 30, seed: 2)
    let plain = try Trainer(MultilayerPerceptron(hiddenUnits: [32]), data: data, options: options).train()
    #expect(plain.best.value > 0.9)
    #expect(try #require(plain.history.last).trainingLoss < plain.history[0].trainingLoss / 4)
    let dropped = try Trainer(MultilayerPerceptron(hiddenUnits: [32], dropout: 0.2), data: data, options: options)
      .train()
    #expect(dropped.best.value > 0.9)
  }

  @Test("is prepared on another thread where that takes long enough, and here where it does not")
  func rule() throws {
    let data = try Self.digits(300)
    func time(batch: Int, augmentation: Augmentation = Augmentation(), teacher: Teacher? = nil) throws -> Double {
      var options = TrainingOptions(batchSize: batch, epochs: 1)
      options.augmentation = augmentation
      let trainer = try Trainer(MultilayerPerceptron(hiddenUnits: [8]), data: data, options: options, teacher: teacher)
      return trainer.preparationTime(of: try #require(trainer.gradient))
    }
    let (small, changed) = (try time(batch: 16), try time(batch: 16, augmentation: Self.images))
    #expect(small > 0 && small < 5)
    #expect(changed > small && changed < 20)
    #expect(try time(batch: 160) == 10 * small)
    let wide = try Trainer(
      MultilayerPerceptron(hiddenUnits: [2000, 2000]), data: data, options: TrainingOptions(batchSize: 180, epochs: 1))
    // Of unchanged samples it is asked once and for all.
    let teacher = Teacher(try wide.model())
    #expect(try time(batch: 16, teacher: teacher) == small)
    #expect(try time(batch: 16, augmentation: Self.images, teacher: teacher) > 1000)
  }
}
