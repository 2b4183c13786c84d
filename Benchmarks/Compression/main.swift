import HPO

// Test accuracies of networks made smaller: rounded after their training, trained further while they are rounded, and taught
// by the float network while they are; small networks with and without a teacher; and networks without most of their weights,
// or without channels.
//
// Arguments: the parts to run, of digits, digits-cnn, student (these unless others are named), fashion, sparse, channels, and
// how many seeds (5). The last three take Fashion-MNIST.

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
let usual = ["digits", "digits-cnn", "student"]

/// Runs a part, where it is asked for, once a seed, and writes its table.
func run(_ part: String, _ title: String, _ add: (_ seed: UInt64, _ table: inout Table) throws -> Void) rethrows {
  guard (parts.isEmpty ? usual : Array(parts)).contains(part) else { return }
  var table = Table()
  for seed in 0..<seeds { try add(seed, &table) }
  table.write(title)
}

try run("digits", "digits, 64 units") { seed, table in
  let samples = try Samples.digits(seed: seed)
  let model = try trained(MultilayerPerceptron(hiddenUnits: [64]), on: samples, epochs: 20, rate: 3e-3, seed: seed)
  try compare(model, samples, widths: [8, 4, 3, 2], epochs: 30, seed: seed, in: &table)
}
try run("digits-cnn", "digits, convolutions of 16 and 32 channels") { seed, table in
  let samples = try Samples.digits(seed: seed)
  let model = try trained(ConvolutionalNetwork(channels: [16, 32]), on: samples, epochs: 15, rate: 3e-3, seed: seed)
  try compare(model, samples, widths: [8, 4, 2], epochs: 10, seed: seed, in: &table)
}
try run("student", "digits, a small network") { seed, table in
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

/// The network of two layers for Fashion-MNIST, trained.
func wide(on samples: Samples, seed: UInt64) throws -> TrainedModel {
  try trained(MultilayerPerceptron(hiddenUnits: [256, 128]), on: samples, epochs: 10, rate: 1e-3, seed: seed)
}
try run("fashion", "Fashion-MNIST, 256 and 128 units") { seed, table in
  let samples = try Samples.fashion()
  try compare(wide(on: samples, seed: seed), samples, widths: [8, 4, 2], epochs: 4, seed: seed, in: &table)
}
try run("sparse", "Fashion-MNIST, 256 and 128 units, 90 % of the weights zero") { seed, table in
  let samples = try Samples.fashion()
  try sparse(wide(on: samples, seed: seed), samples, sparsity: 0.9, epochs: 12, seed: seed, in: &table)
}
try run("channels", "Fashion-MNIST, convolutions of 16 and 32 channels, 40 % of the multiply-accumulates less") {
  seed, table in
  let samples = try Samples.fashion()
  let model = try trained(ConvolutionalNetwork(channels: [16, 32]), on: samples, epochs: 6, rate: 3e-3, seed: seed)
  try narrow(model, samples, savedShare: 0.4, epochs: 4, seed: seed, in: &table)
}
