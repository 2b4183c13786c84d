import Spelling
import Testing

@Suite("Texts on a terminal") struct PrintableTests {
  @Test("what a terminal would obey, or what turns the text behind it, is replaced, and signs of several scalars stay")
  func printable() {
    #expect("esc\u{1B}[31m\u{9B}1m".printable == "esc\u{FFFD}[31m\u{FFFD}1m")
    #expect("two\nlines\tand \u{2028}more".printable == "two lines and \u{FFFD}more")
    #expect("bidi\u{202E}evil\u{2066}".printable == "bidi\u{FFFD}evil\u{FFFD}")
    for text in ["👩‍👩‍👧", "می‌خواهم", "é", "日本"] { #expect(text.printable == text) }
  }

  @Test("a name in a message is cut behind 60 characters") func inMessage() {
    #expect(String(repeating: "é", count: 60).inMessage.count == 60)
    #expect(String(repeating: "n", count: 500).inMessage == String(repeating: "n", count: 60) + "…")
  }
}
