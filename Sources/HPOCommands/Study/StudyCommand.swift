import ArgumentParser

struct StudyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "study",
    abstract: "Creates, lists, shows and deletes studies.",
    subcommands: [
      StudyCreateCommand.self, StudyListCommand.self, StudyShowCommand.self, StudyDeleteCommand.self,
    ])
}
