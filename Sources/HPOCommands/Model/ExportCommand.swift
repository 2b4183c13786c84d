import ArgumentParser
import Foundation
import HPO
import Spelling

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a saved model for other runtimes.",
    discussion: """
      onnx        a model of floating-point numbers as ONNX (operator set 13)
      onnx-int8   a quantized model as ONNX, of which runtimes make integer kernels
      c           a quantized model as a header in C99, with its weights and the functions that compute it

      Examples:
        hpo export digits.hpo --format onnx
        hpo export digits.int8.hpo --format onnx-int8 --output digits.onnx
        hpo export digits.int8.hpo --format c --name digits
        hpo verify digits.int8.hpo
      """)

  /// What is written.
  enum Form: String, CaseIterable {
    case onnx
    case integerONNX = "onnx-int8"
    case c

    /// How the names of such files end.
    var ending: String {
      switch self {
      case .onnx: "onnx"
      case .integerONNX: "int8.onnx"
      case .c: "h"
      }
    }
  }

  @Argument(help: "The model's file.")
  var model: String

  @OptionGroup var storage: StorageOptions

  @Option(help: "What to write: onnx, onnx-int8 or c.")
  var format: String

  @Option(help: "The name of the graph, or what the names in a header begin with. (default: the model's file's)")
  var name: String?

  @Option(name: .shortAndLong, help: "The file to write. (default: the model's with .onnx, .int8.onnx or .h)")
  var output: String?

  func validate() throws {
    guard Form(rawValue: format) != nil else {
      throw ValidationError(
        "--format \(format): \(NearestName.hint(for: format, among: Form.allCases.map(\.rawValue)))")
    }
  }

  func run() throws {
    guard let form = Form(rawValue: format) else { preconditionFailure("validate() checks the format") }
    let trained = try TrainedModel(contentsOf: model)
    if form != .onnx, trained.quantization == nil {
      throw ValidationError("\(model): the model is not quantized; first: hpo quantize \(model) --data SAMPLES")
    }
    let name =
      name ?? URL(fileURLWithPath: model).lastPathComponent.split(separator: ".").first.map(String.init) ?? "model"
    let path = output ?? QuantizeCommand.defaultPath(for: model, form.ending)
    try RegularFile.requireWritable(path, keeping: [model, storage.file])
    let (bytes, kind): ([UInt8], ModelLineage.Form) =
      switch form {
      case .onnx: (try ONNXFile(floats: trained, name: name).bytes, .floatONNX)
      case .integerONNX: (try ONNXFile(integers: trained, name: name).bytes, .integerONNX)
      case .c: (Array(try CSource(trained, name: name).text.utf8), .header)
      }
    try RegularFile.write(bytes, to: path)
    ModelLineage.note(path, as: kind, of: trained, madeOf: model, in: storage)
    Terminal.write("\(path): \(bytes.count) bytes\n")
  }
}
