import Testing

@testable import Execution

@Suite struct PhiloxTests {
  @Test("The words are those published with the generator")
  func knownAnswers() {
    // The known answers of philox4x32 with 10 rounds in Random123's kat_vectors.
    #expect(
      Philox.words(counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0))
        == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      Philox.words(counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    #expect(
      Philox.words(
        counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: SIMD2(0xa409_3822, 0x299f_31d0))
        == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test("Purposes, streams and seeds give different words")
  func independence() {
    let first = Philox(seed: 1, purpose: .dropout, stream: 0).block(0)
    #expect(first != Philox(seed: 2, purpose: .dropout, stream: 0).block(0))
    #expect(first != Philox(seed: 1 << 32, purpose: .dropout, stream: 0).block(0))
    #expect(first != Philox(seed: 1, purpose: .initialization, stream: 0).block(0))
    #expect(first != Philox(seed: 1, purpose: .dropout, stream: 1).block(0))
    #expect(first != Philox(seed: 1, purpose: .dropout, stream: 0).block(1))
  }
}
