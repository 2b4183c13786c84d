import HPO

/// One data set, prepared and raw.
struct Samples {
  let data: DatasetSplits
  let calibration: Dataset
  let test: Dataset

  static func digits(seed: UInt64) throws -> Samples {
    let raw = try EmbeddedDataset.digits.load()
    let data = try raw.split(seed: seed)
    return Samples(data: data.standardized(), calibration: data.training, test: data.test)
  }

  static func fashion() throws -> Samples {
    let (training, test) = try IDXFolder.fashionMNIST.load()
    let data = try training.split(validation: 0.1, test: test, seed: 0)
    return Samples(data: data.standardized(), calibration: data.training, test: test)
  }
}

func trained(
  _ network: any Network, on samples: Samples, epochs: Int, rate: Double, seed: UInt64, teacher: Teacher? = nil
) throws -> TrainedModel {
  var options = TrainingOptions(optimizer: .adam(learningRate: rate), batchSize: 32, epochs: epochs, seed: seed)
  options.schedule = LearningRateSchedule(.cosine(minimum: 0))
  let trainer = try Trainer(network, data: samples.data, options: options, teacher: teacher)
  _ = try trainer.train()
  return try trainer.model()
}

extension TrainedModel {
  func accuracy(on samples: Dataset) throws -> Double {
    let predictor = try quantization == nil ? self.predictor() : integerPredictor()
    return try predictor.metrics(on: samples)[.accuracy] ?? 0
  }
}
