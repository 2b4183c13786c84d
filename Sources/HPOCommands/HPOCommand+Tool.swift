import ArgumentParser
import Spelling

extension HPOCommand {
  /// Runs the command that the process's arguments name, and ends the process.
  public static func runTool() async {
    Terminal.ignoreClosedPipes()
    if let mistake = unknownCommand(Array(CommandLine.arguments.dropFirst())) { exit(withError: mistake) }
    await main()
  }

  /// What to say about arguments that name a command which does not exist.
  static func unknownCommand(_ arguments: [String]) -> ValidationError? {
    var command: any ParsableCommand.Type = HPOCommand.self
    for argument in arguments {
      let subcommands = command.configuration.subcommands
      guard !subcommands.isEmpty, !argument.hasPrefix("-"), argument != "help" else { return nil }
      guard let next = subcommands.first(where: { $0.configuration.commandName == argument }) else {
        let names = subcommands.compactMap { $0.configuration.commandName }
        return ValidationError("unknown command '\(argument)'; \(NearestName.hint(for: argument, among: names))")
      }
      command = next
    }
    return nil
  }
}
