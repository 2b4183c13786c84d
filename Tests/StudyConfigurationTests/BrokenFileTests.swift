import StudyConfiguration
import Testing

@Suite("Mistakes in study files") struct BrokenFileTests {
  @Test("The file that the broken ones are made of is right") func wholeFile() throws {
    _ = try read(BrokenFile.wholeText)
    _ = try read(BrokenFile.architectureText)
  }

  @Test("A mistake of YAML or of the text is told", arguments: BrokenFile.syntax)
  func syntax(_ file: BrokenFile) { check(file) }

  @Test("A wrong, missing or double key is told", arguments: BrokenFile.keys)
  func keys(_ file: BrokenFile) { check(file) }

  @Test("A mistake in the objective or the search is told", arguments: BrokenFile.objective)
  func objective(_ file: BrokenFile) { check(file) }

  @Test("A mistake in the space is told", arguments: BrokenFile.space)
  func space(_ file: BrokenFile) { check(file) }

  @Test("A mistake in a described space of architectures is told", arguments: BrokenFile.architecture)
  func architecture(_ file: BrokenFile) { check(file) }

  @Test("A file that a study has kept is read although it contradicts itself in what shows in trials alone") func kept()
    throws
  {
    let text = BrokenFile.wholeText.replacing("epochs: 30", with: "epochs: 30\n  schedule: cosine\n  leastRate: 1")
    #expect(throws: ConfigurationError.self) { try read(text) }
    #expect(try StudyConfiguration(bytes: Array(text.utf8), file: "kept").objective?.training != nil)
  }

  private func check(_ file: BrokenFile) {
    let error = #expect(throws: ConfigurationError.self) { try read(file.text) }
    let messages = error?.mistakes.map { "\($0.position?.line ?? 0):\($0.position?.column ?? 0): \($0.message)" }
    #expect(messages == file.messages)
  }

  @Test("A message shows the line of the file with a caret under the column") func excerpt() {
    let text = BrokenFile.wholeText.replacing("learningRate:", with: "learningrate:")
    let error = #expect(throws: ConfigurationError.self) { try read(text) }
    #expect(
      error?.description == """
        study.yaml:13:3: unknown key 'learningrate' in space; did you mean 'learningRate'?
          learningrate: {float: 1e-4..1e-1, log: true}
          ^
        """)
  }

  @Test("The caret stands under the column after tabs, wide and combining characters") func wideExcerpt() {
    let error = #expect(throws: ConfigurationError.self) { try read("a\u{301}:\t{名前: 1, 名前: 2}\n") }
    #expect(
      error?.mistakes.first?.excerpt == """
        a\u{301}:\t{名前: 1, 名前: 2}
        ^
        """)
    let duplicate = #expect(throws: ConfigurationError.self) {
      try read("direction: minimize\nspace:\n  'a\u{301}名': {int: 0..1, int: 2..3}\n")
    }
    #expect(
      duplicate?.description == """
        study.yaml:3:22: duplicate key 'int' in space.a\u{301}名; it is given in line 3 already
          'a\u{301}名': {int: 0..1, int: 2..3}
                             ^
        """)
  }

  @Test("A long line is cut around the column") func longLine() throws {
    let parameters = (0..<20).map { "x\($0): {int: 1..3}" }.joined(separator: ", ")
    let error = #expect(throws: ConfigurationError.self) {
      try read("direction: minimize\nspace: {\(parameters), y: {int: 3..1}}\n")
    }
    let lines = error?.mistakes.first?.excerpt?.split(separator: "\n")
    let (shown, caret) = try (#require(lines?.first), #require(lines?.last))
    #expect(shown.count <= 112)
    #expect(shown.dropFirst(caret.count - 1).hasPrefix("3..1"))
  }

  @Test("A control character of the file does not reach the terminal") func controlCharacters() {
    let error = #expect(throws: ConfigurationError.self) { try read("study: \"\\e[2J\"\ntrials: \"\\e[31m\"\n") }
    let text = error?.description ?? ""
    #expect(text.contains("trials: expected a whole number of 1 or more, met ' [31m'"))
    #expect(!text.unicodeScalars.contains("\u{1B}"))
  }

  @Test("Bytes that are no UTF-8 are told where they stand") func encoding() {
    let invalid = Array("study: a\ntrials: ".utf8) + [0xC3, 0x28]
    let error = #expect(throws: ConfigurationError.self) { try StudyConfiguration(bytes: invalid, file: "a.yaml") }
    #expect(error?.mistakes.map(\.code) == [.encoding])
    #expect(
      error?.description == """
        a.yaml:2:9: the bytes here are no UTF-8; save the file as UTF-8
        trials: 
                ^
        """)
    let utf16 = #expect(throws: ConfigurationError.self) {
      try StudyConfiguration(bytes: [0xFF, 0xFE, 0x61, 0x00], file: "a.yaml")
    }
    #expect(
      utf16?.description == "a.yaml:1:1: the bytes here are no UTF-8; save the file as UTF-8 instead of UTF-16")
  }

  @Test("A file of more than a mebibyte is refused") func size() {
    let error = #expect(throws: ConfigurationError.self) {
      try StudyConfiguration(bytes: Array(repeating: 0x23, count: 1 << 20 | 1), file: "a.yaml")
    }
    #expect(error?.description == "a.yaml:1:1: a study file has at most 1048576 bytes")
  }

  @Test("A file of more than 20000 values is refused once") func values() {
    let list = String(repeating: "1,", count: 30_000)
    let error = #expect(throws: ConfigurationError.self) { try read("direction: minimize\nspace: [\(list)]\n") }
    #expect(error?.mistakes.filter { $0.code == .tooLarge }.map(\.message) == ["more than 20000 values in one file"])
  }

  @Test("A file that is not there is told with the system's reason") func unreadable() {
    let error = #expect(throws: ConfigurationError.self) { try StudyConfiguration(contentsOf: "no/such/file.yaml") }
    #expect(error?.description == "no/such/file.yaml: the file cannot be read: No such file or directory")
    let folder = #expect(throws: ConfigurationError.self) { try StudyConfiguration(contentsOf: "/") }
    #expect(folder?.description == "/: the file cannot be read: Is a directory")
  }

  @Test(
    "Whatever bytes are changed, there is a study or a mistake with a position",
    arguments: [(BrokenFile.wholeText, 2_000, 100), (BrokenFile.architectureText, 1_500, 10)])
  func mutations(whole: String, count: Int, least: Int) {
    var generator = Mutations(state: 7)
    let original = Array(whole.utf8)
    var studies = 0
    for _ in 0..<count {
      let mutated = generator.mutate(original)
      do throws(ConfigurationError) {
        _ = try StudyConfiguration(bytes: mutated, file: "study.yaml")
        studies += 1
      } catch {
        let text = String(decoding: mutated, as: UTF8.self)
        #expect(!error.mistakes.isEmpty, "\(text)")
        for mistake in error.mistakes {
          #expect(mistake.position.map { $0.line >= 1 && $0.column >= 1 } == true, "\(mistake) in \(text)")
          #expect(!mistake.message.contains("\n"))
        }
        #expect(error.mistakes.compactMap(\.position).isSorted)
        #expect(Set(error.mistakes).count == error.mistakes.count)
      }
    }
    // Both outcomes occur, so that the loop tells something about each.
    #expect(studies > least && studies < count - least)
  }
}

extension [Position] {
  fileprivate var isSorted: Bool { zip(self, dropFirst()).allSatisfy { $0 <= $1 } }
}
