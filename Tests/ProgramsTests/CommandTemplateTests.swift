import OrderedCollections
import Programs
import SearchSpace
import Testing

@Suite("The arguments of a command") struct CommandTemplateTests {
  private let values: OrderedDictionary<String, Choice> = ["lr": 1e-5, "units": 64, "act": "relu", "flag": true]

  private func arguments(_ texts: String..., names: Set<String> = ["lr", "units", "act", "flag", "momentum"]) throws
    -> [String]
  {
    try CommandTemplate(texts, parameters: names).arguments(for: values)
  }

  @Test("a name in braces becomes the parameter's value, wherever it stands") func substitution() throws {
    #expect(
      try arguments("--lr", "{lr}", "--units={units}", "{act}-{act}", "{flag}")
        == ["--lr", "1e-05", "--units=64", "relu-relu", "true"])
  }

  @Test("doubled braces stand for the text itself") func escape() throws {
    #expect(try arguments("{{lr}}", "a{{act}}b{act}") == ["{lr}", "a{act}brelu"])
  }

  @Test("braces that are no parameter's stay, as programs have their own use for them")
  func otherBraces() throws {
    let texts = ["{print $1}", "{}", "{", "}", "{\"a\": {\"b\": 1}}", "${HOME}", "{{ template }}", "a{b"]
    #expect(try CommandTemplate(texts, parameters: ["lr"]).arguments(for: values) == texts)
  }

  @Test("a parameter that the trial does not have is an empty text") func absent() throws {
    #expect(try arguments("--momentum={momentum}") == ["--momentum="])
  }

  @Test("a name in braces that is no parameter's is told, but not what programs have their own use for")
  func strangers() throws {
    func strangers(_ texts: String...) throws -> [String] {
      try Array(CommandTemplate(texts, parameters: ["lr"]).strangers)
    }
    #expect(try strangers("{lr}", "--y={y}", "{gamma} {y}") == ["y", "gamma"])
    #expect(try strangers("{print $1}", "{}", "${HOME}", "{{y}}", "{\"a\": 1}", "{1}").isEmpty)
  }

  @Test("a mistyped name is refused, with the one that was meant") func mistyped() throws {
    let error = #expect(throws: ProgramError.self) { try arguments("--units", "{unit}") }
    #expect(error?.code == .unknownParameter)
    #expect(error?.message.contains("did you mean {units}?") == true)
  }
}
