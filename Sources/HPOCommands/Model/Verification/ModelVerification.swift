import Foundation
import HPO

/// Whether all forms of a quantized model compute the same bytes.
struct ModelVerification {
  /// One form that was compared with the integer engine.
  struct Check {
    /// What was compared.
    let name: String
    /// Whether it agrees; nil where it could not be run.
    let passes: Bool?
    /// What was found, in few words.
    let finding: String
    /// What the compiler or the program said where it failed, in its own words; empty for nothing.
    var words = ""
  }

  /// The comparisons, in order.
  let checks: [Check]

  /// Takes comparisons that were made before.
  init(checks: [Check]) { self.checks = checks }

  /// Whether nothing that was run disagrees.
  var passes: Bool { checks.allSatisfy { $0.passes != false } }

  /// What came of the comparisons, with the forms that could not be run.
  var summary: String {
    guard passes else { return "DIFFER" }
    let missing = checks.filter { $0.passes == nil }.map(\.name)
    return missing.isEmpty ? "the same" : "the same; \(missing.joined(separator: ", ")) not run"
  }

  /// Compares the forms of a model on samples.
  ///
  /// - Parameters:
  ///   - model: The quantized model.
  ///   - samples: Features as they come.
  ///   - onnx: An exported file to be looked at in place of one that is written anew.
  /// - Throws: `VerificationError`, `ProgramError` where a form could be neither run nor judged, for another reason than that
  ///   there is no compiler.
  init(_ model: TrainedModel, samples: Dataset, onnx: [UInt8]? = nil) throws {
    let engine = IntegerEngine(try IntegerNetwork(model))
    let samples = try model.encodedSamples(samples)
    let standardized = try model.prepared(samples)
    let width = samples.width
    let outputs = (0..<samples.count).map { sample in
      engine.run(standardized.features[sample * width..<(sample + 1) * width])
    }
    checks = [
      try Self.fileCheck(model), try Self.onnxCheck(model, samples, outputs, file: onnx),
      try Self.sourceCheck(model, samples, outputs),
    ]
  }

  private static func fileCheck(_ model: TrainedModel) throws -> Check {
    let isSame = try IntegerNetwork(TrainedModel(decoding: model.encoded())) == IntegerNetwork(model)
    return Check(
      name: "model file", passes: isSame,
      finding: isSame ? "read again, same integers" : "read again, other integers")
  }

  private static func onnxCheck(
    _ model: TrainedModel, _ samples: Dataset, _ outputs: [[UInt8]], file: [UInt8]?
  ) throws -> Check {
    let read = try ONNXIntegerFile(decoding: file ?? ONNXFile(integers: model).bytes)
    let quantization = try IntegerNetwork(model).outputTensor.quantization
    var differences = 0
    for (sample, own) in outputs.enumerated() {
      var real = own.map(quantization.dequantize)
      if case .value(let mean, let deviation) = model.target {
        real = real.map { $0 * Float(deviation) + Float(mean) }
      }
      let features = Array(samples.features[sample * samples.width..<(sample + 1) * samples.width])
      if try read.outputs(forChannelsLast: features) != real { differences += 1 }
    }
    return Check(
      name: "ONNX file", passes: differences == 0,
      finding: finding(differences, of: outputs.count, "computed"))
  }

  private static func sourceCheck(_ model: TrainedModel, _ samples: Dataset, _ outputs: [[UInt8]]) throws -> Check {
    guard let compiler = try CCompiler.find() else {
      return Check(name: "C source", passes: nil, finding: "not run: there is no C compiler named cc")
    }
    let bytes: [UInt8]
    switch try CompiledSource(model, by: compiler).run(samples.features) {
    case .computed(let computed): bytes = computed
    case .failed(let finding, let words): return Check(name: "C source", passes: false, finding: finding, words: words)
    }
    let width = outputs.first?.count ?? 1
    let differences = outputs.enumerated().filter { sample, own in
      bytes.count < (sample + 1) * width || Array(bytes[sample * width..<(sample + 1) * width]) != own
    }.count
    return Check(
      name: "C source", passes: differences == 0, finding: finding(differences, of: outputs.count, "compiled, run"))
  }

  private static func finding(_ differences: Int, of count: Int, _ how: String) -> String {
    differences == 0 ? "\(how), same for \(count)" : "\(how), \(differences) of \(count) differ"
  }
}
