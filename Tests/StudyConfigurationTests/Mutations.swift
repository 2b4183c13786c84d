/// Random damage to a text: flipped, inserted and deleted bytes, and deleted, doubled and swapped lines.
struct Mutations: RandomNumberGenerator {
  var state: UInt64

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &self) where !bytes.isEmpty {
      let index = Int.random(in: bytes.indices, using: &self)
      switch Int.random(in: 0..<7, using: &self) {
      case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 1: bytes[index] = UInt8.random(in: 0x20..<0x7F, using: &self)
      case 2: bytes.insert(Array("{}[],:&*?|>-'\"#!%@ \n\t0".utf8).randomElement(using: &self) ?? 0, at: index)
      case 3: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...8, using: &self)))
      case 4: bytes = lines(bytes) { lines, index, _ in _ = lines.remove(at: index) }
      case 5: bytes = lines(bytes) { lines, index, other in lines.insert(lines[index], at: other) }
      default: bytes = lines(bytes) { lines, index, other in lines.swapAt(index, other) }
      }
    }
    return bytes
  }

  private mutating func lines(_ bytes: [UInt8], _ change: (inout [ArraySlice<UInt8>], Int, Int) -> Void) -> [UInt8] {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let (index, other) = (
      Int.random(in: lines.indices, using: &self), Int.random(in: lines.indices, using: &self)
    )
    change(&lines, index, other)
    return Array(lines.joined(separator: [UInt8(ascii: "\n")]))
  }
}
