import OrderedCollections
import StudyConfiguration
import Testing
import Trials

@Suite("Objectives that are programs") struct ProgramConfigurationTests {
  @Test("A command, its limits and its environment are read") func whole() throws {
    let study = try read(BrokenFile.programText)
    let program = try #require(study.objective?.program)
    #expect(program.command == ["python3", "train.py", "--lr", "{lr}"])
    #expect(program.isWorker)
    #expect(program.environment == ["OMP_NUM_THREADS": "1"])
    #expect(program.trialTimeout == .seconds(600))
    #expect(program.trialMemory == 4 << 30)
    #expect(program.grace == .seconds(5))
    #expect(study.objective?.names == ["loss"] && study.objective?.training == nil)
    #expect(study.directions == [.minimize])
  }

  @Test("A text is a line for the shell, and any names may be searched") func line() throws {
    let study = try read(
      "direction: maximize\nobjective: {command: \"./run {momentum} | tail\"}\nspace: {momentum: {int: 1..3}}")
    let program = try #require(study.objective?.program)
    #expect(program.command == ["/bin/sh", "-c", "./run {momentum} | tail"])
    #expect(!program.isWorker && program.trialTimeout == nil && program.trialMemory == nil && program.grace == nil)
    #expect(study.objective?.names == [])
  }

  @Test("Several directions have a name each") func severalDirections() throws {
    let study = try read(
      """
      directions: [minimize, maximize]
      objective: {command: [./run], metrics: [loss, speed]}
      space: {x: {float: 0..1}}
      """)
    #expect(study.objective?.names == ["loss", "speed"] && study.pruner == .none)
  }

  @Test("A program runs in the folder of the study file") func folder() throws {
    let text = Array(BrokenFile.programText.utf8)
    #expect(
      try StudyConfiguration(bytes: text, file: "a.yaml", folder: "Configs").objective?.program?.folder == "Configs")
  }

  @Test("Each mistake is told once, at its place", arguments: BrokenFile.program)
  func mistakes(_ file: BrokenFile) {
    let error = #expect(throws: ConfigurationError.self, "\(file.text)") { try read(file.text) }
    let messages = error?.mistakes.map { mistake in
      "\(mistake.position?.line ?? 0):\(mistake.position?.column ?? 0): \(mistake.message)"
    }
    #expect(messages == file.messages)
  }

  @Test("Whatever bytes of 10,000 files are changed, there is a study or a mistake with a position") func mutations() {
    var generator = Mutations(state: 21)
    let original = Array(BrokenFile.programText.utf8)
    var studies = 0
    for _ in 0..<10_000 {
      let mutated = generator.mutate(original)
      do throws(ConfigurationError) {
        let study = try StudyConfiguration(bytes: mutated, file: "study.yaml")
        #expect(study.objective?.program?.command.isEmpty != true)
        studies += 1
      } catch {
        let text = String(decoding: mutated, as: UTF8.self)
        #expect(!error.mistakes.isEmpty && Set(error.mistakes).count == error.mistakes.count, "\(text)")
        for mistake in error.mistakes {
          #expect(mistake.position.map { $0.line >= 1 && $0.column >= 1 } == true, "\(mistake) in \(text)")
          #expect(!mistake.message.contains("\n"))
        }
      }
    }
    // Both outcomes occur, so that the loop tells something about each.
    #expect(studies > 1000 && studies < 9_500, "\(studies)")
  }
}
