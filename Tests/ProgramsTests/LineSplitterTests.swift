import Programs
import TestSupport
import Testing

@Suite("Lines of what a program prints") struct LineSplitterTests {
  private func pieces(_ parts: [[UInt8]]) -> (candidates: [String], text: String, overlong: [Int]) {
    var splitter = LineSplitter()
    var candidates: [String] = []
    var text: [UInt8] = []
    var overlong: [Int] = []
    func take(_ piece: LineSplitter.Piece) {
      switch piece {
      case .candidate(let line): candidates.append(String(decoding: line, as: UTF8.self))
      case .text(let bytes): text += bytes
      case .overlong(let beginning): overlong.append(beginning.count)
      }
    }
    for part in parts { splitter.take(part, take) }
    splitter.finish(take)
    return (candidates, String(decoding: text, as: UTF8.self), overlong)
  }

  @Test("only lines that begin with a brace may be messages; the last needs no end") func kinds() {
    let (candidates, text, _) = pieces([Array("epoch 1\n  {\"a\": 1}\r\nx {\n\n{\"b\"".utf8)])
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

  @Test("a line that is longer than a message may be is told, and its rest is text, without being held") func overlong()
  {
    let most = LineSplitter.longestMessage
    let longest = [UInt8(ascii: "{")] + [UInt8](repeating: 0x61, count: most - 1)
    let (candidates, text, overlong) = pieces([Array("a\n".utf8) + longest + Array("bc\n{\"value\": 1}\n".utf8)])
    #expect(candidates == ["{\"value\": 1}"])
    #expect(text == "a\nbc\n" && overlong == [most])
    let whole = pieces([longest + Array("\n".utf8)])
    #expect(whole.candidates.map(\.utf8.count) == [most] && whole.overlong.isEmpty)
    let blank = pieces([[UInt8](repeating: 0x20, count: most + 1)])
    #expect(blank.text.utf8.count == most + 1 && blank.overlong.isEmpty)
  }
}
