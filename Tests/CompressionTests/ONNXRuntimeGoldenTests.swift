import SearchSpace
import TestSupport
import Testing
import Training

@testable import Compression

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
  @Test("a sum all but halfway between two bytes becomes the same one")
  func sums() throws {
    let cases = try Fixture.json("sums.json")["cases"]?.elements ?? []
    #expect(cases.count > 150)
    for entry in cases {
      let steps = (entry["steps"]?.strings ?? []).compactMap { UInt32($0, radix: 16) }.map(Float.init(bitPattern:))
      let quantizations = try zip(steps, #require(entry["zeros"]?.ints)).map {
        AffineQuantization(scale: $0, zeroPoint: UInt8($1))
      }
      let sum = QuantizedSum(quantizations[0], quantizations[1], to: quantizations[2])
      let bytes = try #require(entry["bytes"]?.ints).map(UInt8.init)
      for place in stride(from: 0, to: bytes.count, by: 3) {
        #expect(
          sum(bytes[place], bytes[place + 1]) == bytes[place + 2], "\(quantizations), \(bytes[place...].prefix(3))")
      }
    }
  }
}
