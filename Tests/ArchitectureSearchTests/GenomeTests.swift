import ArchitectureSearch
import OrderedCollections
import SearchSpace
import Testing

@Suite("Genome")
struct GenomeTests {
  @Test("The order in which choices were made does not matter")
  func order() {
    let one = Genome(["depth": 2, "block1/kernel": 3])
    let other = Genome(["block1/kernel": 3, "depth": 2])
    #expect(one == other)
    #expect(one.canonicalJSON == #"{"block1/kernel": 3, "depth": 2}"#)
    #expect(one.hash == other.hash)
  }

  @Test("The hash is FNV-1a of the canonical text, the same on every machine")
  func hash() {
    // Computed by the definition: offset basis cbf29ce484222325, prime 100000001b3.
    #expect(Genome([:]).canonicalJSON == "{}")
    #expect(Genome([:]).hash == "08f44b07b5901a25")
  }

  @Test("What was written is read back, and anything else is an error that says what is wrong")
  func reading() throws {
    let genome = Genome(["a": true, "b": "conv3x3", "c": 3, "d": 0.5])
    #expect(try Genome(json: genome.canonicalJSON) == genome)
    for text in ["", "[1]", #"{"a": [1]}"#, #"{"a": "#] {
      let error = #expect(throws: ArchitectureError.self) { try Genome(json: text) }
      #expect(error?.code == .invalidGenome)
    }
  }
}
