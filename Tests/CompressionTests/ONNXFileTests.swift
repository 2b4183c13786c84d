import Compression
import ONNXExport
import TestSupport
import Testing
import Training

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
