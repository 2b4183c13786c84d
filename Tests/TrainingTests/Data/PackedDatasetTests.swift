import CDatasets
import Testing

@testable import Training

@Suite("A packed data set")
struct PackedDatasetTests {
  let packed: [UInt8]

  init() {
    var count = 0
    let start = hpo_digits_packed(&count)
    packed = Array(UnsafeBufferPointer(start: start, count: count))
  }

  func code(of bytes: [UInt8]) -> DatasetError.Code? {
    bytes.withUnsafeBufferPointer { buffer in
      do throws(DatasetError) {
        _ = try PackedDataset.decode(buffer, name: "test")
        return nil
      } catch {
        return error.code
      }
    }
  }

  @Test("decodes where it is whole")
  func whole() {
    #expect(code(of: packed) == nil)
  }

  @Test("cut off anywhere is corrupt", arguments: [0, 1, 4, 27, 28, 29, 1000, 39_000])
  func truncated(count: Int) {
    #expect(code(of: Array(packed.prefix(count))) == .corrupt)
  }

  @Test("with any byte of its header changed is refused", arguments: [0, 3, 4, 8, 9, 11, 12, 14, 16, 20, 21, 24, 27])
  func header(offset: Int) {
    var bytes = packed
    bytes[offset] ^= 0x55
    #expect(code(of: bytes) == .corrupt)
  }

  @Test("with a changed byte in its stream is corrupt")
  func stream() {
    var generator = RandomStream(seed: 1, purpose: .order)
    for _ in 0..<200 {
      var bytes = packed
      let offset = 28 + generator.next(below: packed.count - 28)
      bytes[offset] ^= UInt8(1 << generator.next(below: 8))
      #expect(code(of: bytes) == .corrupt, "byte \(offset)")
    }
  }

  @Test("that announces too much is refused before memory is taken")
  func hugeSize() {
    var bytes = packed
    bytes.replaceSubrange(20..<24, with: [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(code(of: bytes) == .tooLarge)
  }

  @Test("that announces fewer samples than it inflates to is corrupt")
  func overflowing() {
    var bytes = packed
    // 1,000 samples of 65 bytes.
    bytes.replaceSubrange(8..<12, with: [0xE8, 0x03, 0, 0])
    bytes.replaceSubrange(20..<24, with: [0xE8, 0xFD, 0, 0])
    #expect(code(of: bytes) == .corrupt)
  }

  @Test("with a pixel beyond its largest value is corrupt")
  func range() {
    var bytes = packed
    bytes[18] = 15
    #expect(code(of: bytes) == .corrupt)
  }
}
