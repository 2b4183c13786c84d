import ArgumentParser

struct StudyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "study",
    abstract: "Creates, lists, shows, exports, copies, merges, replays and deletes studies.",
    subcommands: [
      StudyCreateCommand.self, StudyListCommand.self, StudyShowCommand.self, StudyExportCommand.self,
      StudyCopyCommand.self, StudyMergeCommand.self, StudyReplayCommand.self, StudyDeleteCommand.self,
    ])
}
