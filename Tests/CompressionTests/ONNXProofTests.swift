import Compression
import Foundation
import Graphs
import ONNXExport
import TestSupport
import Testing
import Training

/// Writes models, samples and what the integer engine makes of them to a folder, where a script lets onnxruntime compute
/// the same (`Tests/Interoperability/test_onnx.py`).
@Suite("Files for onnxruntime")
struct ONNXProofTests {
  static let folder = ProcessInfo.processInfo.environment["HPO_PROOF_FOLDER"]

  @Test("are written where the proof is asked for", .enabled(if: folder != nil))
  func write() throws {
    let folder = URL(filePath: try #require(Self.folder))
    for seed in 0..<60 as Range<UInt64> {
      let (float, integers, _) = try IntegerNetworkTests.quantized(seed: seed)
      let samples = try RandomNetwork.samples(200, for: float, seed: seed + 1000)
      func write(_ data: Data, _ ending: String) throws {
        try data.write(to: folder.appending(path: "\(seed).\(ending)"))
      }
      try write(Data(ONNXFile(integers: integers).bytes), "int8.onnx")
      try write(Data(ONNXFile(floats: float).bytes), "float.onnx")
      let shape = float.network.graph.shape(of: float.network.input)
      let features = (0..<samples.count).flatMap { sample -> [Float] in
        let features = samples.subset([sample]).features
        guard shape.rank == 4 else { return features }
        let pixels = shape[1] * shape[2]
        return (0..<features.count).map { features[$0 % pixels * shape[3] + $0 / pixels] }
      }
      try write(features.withUnsafeBytes { Data($0) }, "features")
      for (outputs, ending) in [
        (try integers.integerPredictor().outputs(for: samples), "int8.outputs"),
        (try float.predictor().outputs(for: samples), "float.outputs"),
      ] {
        try write(outputs.withUnsafeBytes { Data($0) }, ending)
      }
    }
  }
}
