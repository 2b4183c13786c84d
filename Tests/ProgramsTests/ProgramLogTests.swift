import Programs
import Testing

@Suite("The log of a trial") struct ProgramLogTests {
  @Test("a short log is kept whole") func whole() {
    var log = ProgramLog()
    #expect(log.isEmpty)
    log.append("one\n".utf8)
    log.append("two".utf8)
    log.note("a remark")
    #expect(log.text == "one\ntwo\n[hpo] a remark\n")
  }

  @Test("of a long log the beginning and the end are kept, and it says how much is missing") func bounded() throws {
    var log = ProgramLog()
    var all: [UInt8] = []
    for number in 0..<200_000 {
      let line = Array("line \(number)\n".utf8)
      log.append(line)
      all += line
    }
    let text = log.text
    #expect(text.utf8.count < ProgramLog.headSize + ProgramLog.tailSize + 100)
    #expect(text.hasPrefix("line 0\n") && text.hasSuffix("line 199999\n"))
    let missing = all.count - ProgramLog.headSize - ProgramLog.tailSize
    #expect(text.contains("[hpo] \(missing) bytes are left out here"))
    #expect(log.count == all.count)
  }

  @Test("bytes that are no text do no harm") func binary() {
    var log = ProgramLog()
    log.append([0xFF, 0x00, 0x41, 0xC3, 0x0A])
    #expect(log.text == "\u{FFFD}\u{FFFD}A\u{FFFD}\n")
  }

  @Test("the last lines come without blank ones and without what a terminal would obey") func lastLines() {
    var log = ProgramLog()
    log.append("a\n\u{1B}[31mred\u{1B}[0m\n\n10%\r20%\r\nend\u{7}\n".utf8)
    #expect(log.lastLines() == "a\nred\n10%\n20%\nend\u{FFFD}")
    #expect(log.lastLines(2) == "20%\nend\u{FFFD}")
  }

  @Test("the tail of an unfinished escape sequence is no trouble") func cutEscape() {
    #expect("x\u{1B}[3".withoutTerminalCodes == "x")
    #expect("x\u{1B}".withoutTerminalCodes == "x\u{FFFD}")
  }
}
