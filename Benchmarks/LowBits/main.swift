import HPO

// Test accuracies of networks of few bits: rounded after their training, trained further while they are rounded, and taught
// by the float network while they are; and of small networks with and without a teacher.
//
// Arguments: the parts to run, of digits, digits-cnn, fashion, student (all but fashion), and how many seeds (5).

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

/// The mean of figures and the standard error of that mean, with the figures' names, a line each.
struct Table {
  private var names: [String] = []
  private var figures: [String: [Double]] = [:]

  mutating func add(_ name: String, _ figure: Double) {
    if figures[name] == nil { names.append(name) }
    figures[name, default: []].append(figure)
  }

  func write(_ title: String) {
    print(title)
    for name in names {
      let values = figures[name] ?? []
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let error = values.count > 1 ? (squares / Double(values.count - 1) / Double(values.count)).squareRoot() : 0
      func rounded(_ number: Double) -> Double { (number * 1e5).rounded() / 1e5 }
      print("  \(name): \(rounded(mean)) ± \(rounded(error)) of \(values.count)")
    }
  }
}

/// Rounds a model in all ways.
func compare(_ model: TrainedModel, _ samples: Samples, widths: [Int], epochs: Int, seed: UInt64, in table: inout Table)
  throws
{
  table.add("float32", try model.accuracy(on: samples.test))
  for bits in widths {
    for weights in [RangeEstimator.minMax, .meanSquaredError] {
      let plain = try PostTrainingQuantization(weights: weights, bits: BitWidths(bits))
        .quantize(model, calibration: samples.calibration)
      table.add("\(bits) bits, post-training, \(weights)", try plain.accuracy(on: samples.test))
    }
    var training = QuantizationAwareTraining(bits: BitWidths(bits))
    (training.options.epochs, training.options.seed) = (epochs, seed)
    table.add("\(bits) bits, aware", try training.quantize(model, data: samples.data).accuracy(on: samples.test))
    training.teacher = .init()
    table.add(
      "\(bits) bits, aware, taught", try training.quantize(model, data: samples.data).accuracy(on: samples.test))
  }
}

let arguments = CommandLine.arguments.dropFirst()
let parts = arguments.filter { Int($0) == nil }
let seeds = arguments.compactMap { UInt64($0) }.first ?? 5
func runs(_ part: String) -> Bool { parts.isEmpty ? part != "fashion" : parts.contains(part) }

if runs("digits") {
  var table = Table()
  for seed in 0..<seeds {
    let samples = try Samples.digits(seed: seed)
    let model = try trained(MultilayerPerceptron(hiddenUnits: [64]), on: samples, epochs: 20, rate: 3e-3, seed: seed)
    try compare(model, samples, widths: [8, 4, 3, 2], epochs: 30, seed: seed, in: &table)
  }
  table.write("digits, 64 units")
}
if runs("digits-cnn") {
  var table = Table()
  for seed in 0..<seeds {
    let samples = try Samples.digits(seed: seed)
    let model = try trained(ConvolutionalNetwork(channels: [16, 32]), on: samples, epochs: 15, rate: 3e-3, seed: seed)
    try compare(model, samples, widths: [8, 4, 2], epochs: 10, seed: seed, in: &table)
  }
  table.write("digits, convolutions of 16 and 32 channels")
}
if runs("student") {
  var table = Table()
  for seed in 0..<seeds {
    let samples = try Samples.digits(seed: seed)
    let convolutions = ConvolutionalNetwork(channels: [16, 32], dropout: 0.2)
    let teacher = try trained(convolutions, on: samples, epochs: 30, rate: 3e-3, seed: seed)
    table.add("teacher, convolutions of 16 and 32 channels", try teacher.accuracy(on: samples.test))
    for units in [8, 16] {
      for share in [0, 0.5, 0.9] {
        let model = try trained(
          MultilayerPerceptron(hiddenUnits: [units]), on: samples, epochs: 200, rate: 3e-3, seed: seed,
          teacher: share > 0 ? Teacher(teacher, share: share) : nil)
        table.add("student of \(units) units, share \(share)", try model.accuracy(on: samples.test))
      }
    }
  }
  table.write("digits, a small network")
}
if runs("fashion") {
  let samples = try Samples.fashion()
  var table = Table()
  for seed in 0..<seeds {
    let model = try trained(
      MultilayerPerceptron(hiddenUnits: [256, 128]), on: samples, epochs: 10, rate: 1e-3, seed: seed)
    try compare(model, samples, widths: [8, 4, 2], epochs: 6, seed: seed, in: &table)
  }
  table.write("Fashion-MNIST, 256 and 128 units")
}
