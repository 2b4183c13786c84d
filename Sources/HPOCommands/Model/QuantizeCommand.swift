import ArgumentParser
import HPO
import OrderedCollections
import Spelling

struct QuantizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize",
    abstract: "Makes a saved model compute with 8-bit integers.",
    discussion: """
      Ranges are found on samples: with --config on the training part of the study file's data, and what the integers \
      achieve is measured on the test part. With --data all samples serve for both.

      With --aware the model is trained further, with values and weights rounded as integers will be: on the training \
      part, with the best epoch by the validation part. At 4 bits and fewer that brings back most of what rounding takes \
      away. Ctrl-C keeps what was reached beside the output, as FILE.checkpoint; the same command goes on from there.

      Examples:
        hpo quantize digits.hpo --config Configs/digits-cnn.yaml
        hpo quantize digits.hpo --config Configs/digits-cnn.yaml --bits 4 --layer-bits output=8
        hpo quantize model.hpo --data samples.csv --range percentile --percentile 99.99 --output small.hpo
        hpo quantize digits.hpo --config Configs/digits-cnn.yaml --aware --bits 2 --layer-bits output=8
        hpo quantize digits.hpo --config Configs/digits-cnn.yaml --aware --bits 4 --teacher-share 0.5
        hpo export digits.int8.hpo --format c
      """)

  @Argument(help: "The model's file.")
  var model: String

  @OptionGroup var storage: StorageOptions

  @OptionGroup var samples: ModelData

  @OptionGroup var options: QuantizationOptions

  @OptionGroup(title: "Quantization-aware training") var aware: AwareOptions

  @Option(name: .shortAndLong, help: "The file to write. (default: the model's with .int8.hpo)")
  var output: String?

  @Option(help: "How to write the result: table or json.")
  var format: OutputFormat = .table

  func validate() throws {
    guard format != .csv else { throw ValidationError("--format csv: one model is no table; take json") }
    if aware.aware, options.weightRange != nil {
      throw ValidationError("--weight-range: with --aware steps are learned, or follow the largest weight")
    }
  }

  func run() throws {
    let original = try TrainedModel(contentsOf: model)
    guard original.quantization == nil else {
      let source = original.provenance["quantized from"].map { ", \($0)" } ?? ""
      throw ValidationError("\(model): the model is quantized already; take the one that it was made of\(source)")
    }
    let path = output ?? Self.defaultPath(for: model, "int8.hpo")
    try RegularFile.requireWritable(path, keeping: [model, storage.file] + samples.files)
    let postTraining = try options.postTraining(of: original)
    let test: Dataset
    var quantized: TrainedModel
    if aware.aware {
      let splits = try samples.splits(for: original)
      test = splits.test
      quantized = try aware.quantize(original, data: splits, as: postTraining, output: path)
    } else {
      let parts = try samples.parts(for: original)
      test = parts.test
      quantized = try postTraining.quantize(original, calibration: parts.calibration)
    }
    let before = try original.predictor().metrics(on: test)
    let after = try quantized.integerPredictor().metrics(on: test)
    quantized.metrics["float32"] = before
    quantized.metrics["int8"] = after
    // Only samples that the study file or the data keep apart from training are test samples.
    if samples.hasTestPart { quantized.metrics["test"] = after }
    quantized.provenance[BitWidths.provenanceKey] = quantized.quantization.flatMap { BitWidths(of: $0).provenance }
    quantized.provenance["quantized from"] = model
    try quantized.write(to: path)
    ModelLineage.note(path, as: .integerModel, of: quantized, madeOf: model, in: storage)
    if aware.aware { CheckpointFile(of: path).remove() }

    let report = try QuantizationReport(quantized, before: before, after: after, samples: test.count, path: path)
    Terminal.write(format == .json ? report.json : report.text)
  }

  /// The path of a model with another ending: `digits.hpo` becomes `digits.int8.hpo`.
  static func defaultPath(for model: String, _ ending: String) -> String {
    for suffix in [".int8.hpo", ".hpo"] where model.hasSuffix(suffix) {
      return "\(model.dropLast(suffix.count)).\(ending)"
    }
    return "\(model).\(ending)"
  }
}

/// How a model is quantized.
struct QuantizationOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "The bits of weights, 2 to 8. (default: those of the architecture where a search has chosen them, else 8)")
  var bits: Int?

  @Option(
    help: ArgumentHelp("The bits of one layer's weights, as in --layer-bits output=8.", valueName: "layer=bits"))
  var layerBits: [Assignment] = []

  @Option(help: "How the ranges of values are found: min-max, percentile or mse.")
  var range = "min-max"

  @Option(
    parsing: .unconditional,
    help: "With --range percentile: the percentage of numbers below the upper end. (default: 99.99)")
  var percentile: Double?

  @Option(help: "How the ranges of weights are found: min-max or mse. (default: min-max at 8 bits, else mse)")
  var weightRange: String?

  @Flag(help: "One step for all weights of a layer, not one an output channel.")
  var perTensor = false

  @Option(parsing: .unconditional, help: "The most samples that ranges are found on.")
  var samples = 1024

  func validate() throws {
    for (place, assignment) in layerBits.enumerated()
    where layerBits[..<place].contains(where: { $0.name == assignment.name }) {
      throw ValidationError("--layer-bits: the bits of '\(assignment.name)' are given twice; leave one of them out")
    }
    if let percentile, range != "percentile" {
      throw ValidationError("--percentile \(percentile): the range is found by \(range); add --range percentile")
    }
  }

  /// The quantization that the options describe.
  func postTraining(of model: TrainedModel) throws -> PostTrainingQuantization {
    PostTrainingQuantization(
      values: try estimator(range, of: ["min-max", "percentile", "mse"], option: "--range"),
      weights: try weightRange.map { try estimator($0, of: ["min-max", "mse"], option: "--weight-range") },
      isPerChannel: !perTensor, bits: try bitWidths(of: model), sampleLimit: samples)
  }

  /// The bits of all layers: as given, else as the model's architecture has them, which is told.
  private func bitWidths(of model: TrainedModel) throws -> BitWidths {
    var widths = BitWidths(bits ?? 8)
    if bits == nil, let own = try BitWidths(of: model) {
      widths = own
      let texts = own.byLayer.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      Terminal.writeError(
        "note: weights have the bits of the architecture, \(texts.joined(separator: " ")), unless --layer-bits says "
          + "otherwise; --bits 8 gives all layers 8\n")
    }
    for assignment in layerBits {
      guard case .int(let bits) = assignment.value else {
        throw ValidationError("--layer-bits \(assignment.name)=\(assignment.value): a whole number is needed")
      }
      widths.byLayer[assignment.name] = bits
    }
    return widths
  }

  private func estimator(_ name: String, of names: [String], option: String) throws -> RangeEstimator {
    switch name {
    case "min-max": return .minMax
    case "mse": return .meanSquaredError
    case "percentile" where names.contains(name): return .percentile(percentile ?? 99.99)
    default: throw ValidationError("\(option) \(name): \(NearestName.hint(for: name, among: names))")
    }
  }
}

/// What a quantization is told by.
struct QuantizationReport {
  private let before: Metrics
  private let after: Metrics
  private let members: OrderedDictionary<String, JSONValue>

  init(_ model: TrainedModel, before: Metrics, after: Metrics, samples: Int, path: String) throws {
    self.before = before
    self.after = after
    let network = try IntegerNetwork(model)
    members = [
      "model": .string(path), "method": .string(model.quantization?.method ?? ""), "samples": .int(samples),
      "parameters": .int(model.parameterCount), "floatBytes": .int(4 * model.parameterCount),
      "flashBytes": .int(network.flashBytes), "activationBytes": .int(network.peakActivationBytes),
    ]
  }

  private var shared: [Metric] { Metric.allCases.filter { before[$0] != nil && after[$0] != nil } }

  /// For people, a line a fact.
  var text: String {
    var lines = shared.map { metric in
      (metric.rawValue, "\(shortNumber(before[metric] ?? 0)) float32, \(shortNumber(after[metric] ?? 0)) integers")
    }
    for (name, value) in members {
      lines.append((name, value.stringValue ?? value.intValue.map(String.init) ?? ""))
    }
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { $0 + String(repeating: " ", count: width - $0.count + 2) + $1 + "\n" }.joined()
  }

  /// For programs.
  var json: String {
    var members = members
    for (name, metrics) in [("float32", before), ("integers", after)] {
      members[name] = .object(
        OrderedDictionary(
          uniqueKeys: shared.map(\.rawValue), values: shared.map { .double(metrics[$0] ?? 0) }))
    }
    return JSONValue.object(members).serialized(.pretty) + "\n"
  }
}
