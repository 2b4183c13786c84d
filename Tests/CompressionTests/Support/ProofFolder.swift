import Compression
import Foundation
import Graphs
import Training

@testable import ONNXExport

/// A folder of exported models with samples and what is computed of them here, for programs that compute the same
/// (`Tests/Interoperability`).
struct ProofFolder {
  /// The folder that the environment names by HPO_PROOF_FOLDER; nil for none.
  static let wanted = ProcessInfo.processInfo.environment["HPO_PROOF_FOLDER"].flatMap { path in
    path.isEmpty ? nil : ProofFolder(path: path)
  }

  let path: String

  /// Writes a model in all forms.
  ///
  /// - Parameters:
  ///   - name: What the names of the files begin with.
  ///   - float: The model as it was trained.
  ///   - integers: The quantized model.
  ///   - samples: Raw features.
  func write(_ name: String, float: TrainedModel, integers: TrainedModel, samples: Dataset) throws {
    try write(Data(CSource(integers, name: "proof").text.utf8), "\(name).h")
    for (form, file) in [("float", try ONNXFile(floats: float)), ("int8", try ONNXFile(integers: integers))] {
      try write(Data(file.bytes), "\(name).\(form).onnx")
      let metadata = try ONNXModelProto(decoding: file.bytes).metadataProps
      let known = Dictionary(uniqueKeysWithValues: metadata.map { ($0.key, $0.value) })
      try write(JSONEncoder().encode(known), "\(name).\(form).metadata.json")
    }
    let width = samples.width
    let shape = float.network.graph.shape(of: float.network.input)
    let features = (0..<samples.count).flatMap { sample -> [Float] in
      let features = Array(samples.features[sample * width..<(sample + 1) * width])
      guard shape.rank == 4 else { return features }
      // Channels first, as ONNX takes images.
      let pixels = shape[1] * shape[2]
      return (0..<width).map { features[$0 % pixels * shape[3] + $0 / pixels] }
    }
    try write(features.withUnsafeBytes { Data($0) }, "\(name).features")
    let real = try float.predictor().outputs(for: samples)
    try write(real.withUnsafeBytes { Data($0) }, "\(name).float.outputs")
    let dequantized = try integers.integerPredictor().outputs(for: samples)
    try write(dequantized.withUnsafeBytes { Data($0) }, "\(name).int8.outputs")
    let engine = IntegerEngine(try IntegerNetwork(integers))
    let standardized = integers.standardization?.applied(to: samples) ?? samples
    let bytes = (0..<samples.count).flatMap { engine.run(standardized.features[$0 * width..<($0 + 1) * width]) }
    try write(Data(bytes), "\(name).int8.bytes")
  }

  /// Writes a file.
  func write(_ data: Data, _ name: String) throws {
    try data.write(to: URL(filePath: path).appending(path: name))
  }
}
