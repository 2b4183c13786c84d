import Compression
import SearchSpace
import TestSupport
import Testing
import Training

@Suite("Against onnxruntime")
struct ONNXRuntimeGoldenTests {
  @Test("the integer engine computes the same bits for networks of all operations")
  func sameBits() throws {
    let fixture = try Fixture.json("onnxruntime.json")
    let networks = fixture["networks"]?.elements ?? []
    #expect(networks.count == 40)
    for network in networks {
      let seed = UInt64(network["seed"]?.intValue ?? 0)
      let (float, integers, _) = try IntegerNetworkTests.quantized(seed: seed)
      let samples = try RandomNetwork.samples(200, for: float, seed: seed + 1000).subset(Array(0..<6))
      let expected = (network["outputs"]?.strings ?? []).compactMap { UInt32($0, radix: 16) }.map(
        Float.init(bitPattern:))
      #expect(expected.count == 6 * float.network.outputWidth)
      #expect(try integers.integerPredictor().outputs(for: samples) == expected, "seed \(seed)")
    }
  }
}
