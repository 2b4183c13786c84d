import Programs
import TestSupport
import Testing

@Suite("Lines of what a program prints") struct LineSplitterTests {
  private func pieces(_ parts: [[UInt8]]) -> (candidates: [String], text: String) {
    var splitter = LineSplitter()
    var candidates: [String] = []
    var text: [UInt8] = []
    func take(_ piece: LineSplitter.Piece) {
      switch piece {
      case .candidate(let line): candidates.append(String(decoding: line, as: UTF8.self))
      case .text(let bytes): text += bytes
      }
    }
    for part in parts { splitter.take(part, take) }
    splitter.finish(take)
    return (candidates, String(decoding: text, as: UTF8.self))
  }

  @Test("only lines that begin with a brace may be messages; the last needs no end") func kinds() {
    let (candidates, text) = pieces([Array("epoch 1\n  {\"a\": 1}\r\nx {\n\n{\"b\"".utf8)])
    #expect(candidates == ["  {\"a\": 1}", "{\"b\""])
    #expect(text == "epoch 1\nx {\n\n")
  }

  @Test("wherever the reads are cut, the pieces are the same") func cuts() {
    let whole = Array("one\n{\"step\": 1}\n   \n\t{\"value\": 2}\ntwo {three}\n  four\n{".utf8)
    let expected = pieces([whole])
    var generator = SplitMix64(seed: 4)
    for _ in 0..<500 {
      var parts: [[UInt8]] = []
      var rest = whole[...]
      while !rest.isEmpty {
        let length = 1 + generator.below(7)
        parts.append(Array(rest.prefix(length)))
        rest = rest.dropFirst(length)
      }
      let found = pieces(parts)
      #expect(found.candidates == expected.candidates && found.text == expected.text)
    }
  }

  @Test("a line that is longer than a message may be is text, without being held") func overlong() {
    let long = [UInt8(ascii: "{")] + [UInt8](repeating: 0x61, count: LineSplitter.longestMessage + 10)
    let (candidates, text) = pieces([long, Array("\n{\"value\": 1}\n".utf8)])
    #expect(candidates == ["{\"value\": 1}"])
    #expect(text.utf8.count == long.count + 1)
  }
}
