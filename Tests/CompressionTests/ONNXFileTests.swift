import Compression
import Foundation
import TestSupport
import Testing
import Training

@testable import ONNXExport

@Suite("An ONNX file")
struct ONNXFileTests {
  @Test("that is damaged is refused or computes something, but never crashes")
  func damage() throws {
    let (_, integers, samples) = try IntegerNetworkTests.quantized(seed: 2)
    let bytes = try ONNXFile(integers: integers).bytes
    let features = samples.subset([0]).features
    var random = SplitMix64(seed: 8)
    var refused = 0
    for length in [0, 1, 2, 10, bytes.count / 2, bytes.count - 1] {
      #expect(throws: ONNXError.self) {
        try ONNXIntegerFile(decoding: Array(bytes.prefix(length))).outputs(forChannelsLast: features)
      }
    }
    for _ in 0..<800 {
      var damaged = bytes
      for _ in 0...random.below(3) { damaged[random.below(damaged.count)] = UInt8(random.below(256)) }
      do { _ = try ONNXIntegerFile(decoding: damaged).outputs(forChannelsLast: features) } catch { refused += 1 }
    }
    #expect(refused > 0)
  }

  @Test("tells the study, the trial, the accuracy, and classes whatever their names")
  func metadata() throws {
    let (float, integers, _) = try IntegerNetworkTests.quantized(seed: 2)
    for file in [try ONNXFile(floats: float), try ONNXFile(integers: integers)] {
      let read = try ONNXModel(decoding: file.bytes[...])
      let metadata = Dictionary(uniqueKeysWithValues: read.metadata.map { ($0.key, $0.value) })
      #expect(metadata["study"] == float.provenance["study"] && metadata["trial"] == float.provenance["trial"])
      #expect(metadata["test accuracy"] == "0.25")
      guard case .classes(let names) = float.target else { return }
      let classes = try JSONDecoder().decode([String].self, from: Data(try #require(metadata["classes"]).utf8))
      #expect(classes == names && names[0].contains(", \""))
    }
    #expect(
      try ONNXModel(decoding: ONNXFile(integers: integers).bytes[...]).metadata.contains { $0.key == "quantization" })
    let odd = ["a,b", "\"", "\\", "\n\t\u{1}", "é\u{301}😀", ""]
    #expect(try JSONDecoder().decode([String].self, from: Data(odd.json.utf8)) == odd)
  }

  @Test("of another form than the model's is refused with the way out")
  func wrongForm() throws {
    let (float, integers, _) = try IntegerNetworkTests.quantized(seed: 2)
    let first = #expect(throws: CompressionError.self) { try ONNXFile(integers: float) }
    #expect(first?.message.contains("hpo quantize") == true)
    let second = #expect(throws: CompressionError.self) { try ONNXFile(floats: integers) }
    #expect(second?.message.contains("onnx-int8") == true)
    #expect(throws: TrainingError.self) { try integers.predictor() }
  }
}
