import Compression
import Testing
import Training

@Suite("Random networks of all operations")
struct ONNXProofTests {
  @Test("are written where a proof is asked for", .enabled(if: ProofFolder.wanted != nil))
  func write() throws {
    let folder = try #require(ProofFolder.wanted)
    for seed in 0..<60 as Range<UInt64> {
      let (float, integers, _) = try IntegerNetworkTests.quantized(seed: seed)
      let samples = try RandomNetwork.samples(200, for: float, seed: seed + 1000)
      try folder.write("network-\(seed)", float: float, integers: integers, samples: samples)
    }
  }
}
