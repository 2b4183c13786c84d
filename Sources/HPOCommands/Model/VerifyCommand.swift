import ArgumentParser
import Foundation
import HPO

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Proves that all forms of a quantized model compute the same bytes.",
    discussion: """
      The integer engine, by which the model was measured, is compared with the model's file read again, with the ONNX \
      file computed from its bytes, and with the C source compiled by cc and run: sample by sample, byte by byte. \
      Without --data or --config the samples are drawn at random from what the input covers.

      The exit status is 1 where a form computes something else, and where one cannot be judged, as with a compiler that \
      fails. Only without a compiler named cc the C source is left out: that is shown, told on standard error, and does not \
      count.

      Documentation/Quantization.md tells how to compare with onnxruntime as well.

      Examples:
        hpo verify digits.int8.hpo
        hpo verify digits.int8.hpo --config Configs/digits-cnn.yaml
        hpo verify digits.int8.hpo --onnx digits.onnx --data digits --samples 100
      """)

  @Argument(help: "The quantized model's file.")
  var model: String

  @Option(
    help: ArgumentHelp("The samples: a CSV file, a folder of IDX files, digits or fashion-mnist.", valueName: "source"))
  var data: String?

  @Option(help: "The study file on whose test part the forms are compared.")
  var config: String?

  @Option(help: "An exported ONNX file to be compared, in place of one that is written anew.")
  var onnx: String?

  @Option(parsing: .unconditional, help: "The most samples.")
  var samples = 1000

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard samples >= 1 else { throw ValidationError("--samples \(samples): at least 1 is needed") }
    guard data == nil || config == nil else { throw ValidationError("--data and --config: take one of both") }
  }

  func run() throws {
    let trained = try TrainedModel(contentsOf: model)
    guard trained.quantization != nil else {
      throw ValidationError("\(model): the model is not quantized; first: hpo quantize \(model) --data SAMPLES")
    }
    var chosen = try loaded(for: trained)
    if chosen.count > samples { chosen = chosen.subset(Array(0..<samples)) }
    let file = try onnx.map { try RegularFile.read($0, atMost: 1 << 28) }
    let verification: ModelVerification
    do {
      verification = try ScratchFolder.cleaningUp {
        try ModelVerification(trained, samples: chosen, onnx: file)
      }
    } catch let error as ONNXError {
      guard let onnx else { throw error }
      throw ValidationError("\(onnx): \(error.message)")
    }

    var table = ResultTable(columns: [.init("form"), .init("result"), .init("finding")])
    table.rows = verification.checks.map { check in
      let result = check.passes.map { $0 ? "same" : "DIFFERENT" } ?? "not run"
      return [.string(check.name), .string(result), .string(check.finding)]
    }
    Terminal.write(table.formatted(output.format, width: Terminal.outputWidth))
    for check in verification.checks where check.passes == nil {
      Terminal.writeError("note: \(check.name): \(check.finding)\n")
    }
    for check in verification.checks where !check.words.isEmpty {
      Terminal.writeError("\(check.name): \(check.finding):\n\(check.words)\n")
    }
    guard verification.passes else { throw ExitCode.failure }
  }

  private func loaded(for trained: TrainedModel) throws -> Dataset {
    if let config { return try ModelData.parse(["--config", config]).load(for: trained, isTargetNeeded: false) }
    if let data { return try ModelData.parse(["--data", data]).load(for: trained, isTargetNeeded: false) }
    return try trained.randomSamples(samples)
  }
}

extension TrainedModel {
  /// Samples that are uniform over what the network's input covers and a little beyond.
  fileprivate func randomSamples(_ count: Int) throws -> Dataset {
    let quantization = try IntegerNetwork(self).inputTensor.quantization
    let (low, high) = (quantization.dequantize(0), quantization.dequantize(255))
    let margin = (high - low) / 20
    let width = featureShape.reduce(1, *)
    let groups = featureShape.last ?? 1
    var generator = DrawGenerator(seed: 1)
    let features = (0..<count * width).map { index in
      let standardized = Float.random(in: low - margin...high + margin, using: &generator)
      guard let standardization else { return standardized }
      return standardized * standardization.deviations[index % groups] + standardization.means[index % groups]
    }
    let target: Dataset.Target =
      switch self.target {
      case .classes(let names): .classes(labels: Array(repeating: 0, count: count), names: names)
      case .value: .values(Array(repeating: 0, count: count))
      }
    return try Dataset(
      name: "random samples", features: features, featureShape: featureShape, featureNames: featureNames, target: target
    )
  }
}
