import ArgumentParser
import CProcess
import Foundation

extension HPOCommand {
  /// Runs the command that the process's arguments name, and ends the process.
  public static func runTool() async {
    Terminal.ignoreClosedPipes()
    hpo_keep_freed_memory()
    let arguments = TellCommand.spreadingValues(in: Array(CommandLine.arguments.dropFirst()))
    if let mistake = UnknownCommand(in: arguments) {
      end(usage: mistake.message, of: mistake.parent)
    }
    do {
      var command = try parseAsRoot(arguments)
      do {
        if var asynchronous = command as? any AsyncParsableCommand {
          try await asynchronous.run()
        } else {
          try command.run()
        }
      } catch let mistake as ValidationError {
        end(usage: mistake.message, of: type(of: command))
      }
    } catch {
      let complaint = message(for: error)
      if let mistake = SettingAsOption(in: arguments, complaint) {
        end(usage: mistake.message, of: TrainCommand.self)
      }
      if let mistake = StrayArgument(in: arguments, complaint) { end(usage: mistake.message, of: mistake.command) }
      exit(withError: error)
    }
  }

  /// Ends the process for a mistake in its arguments. The parser itself would show the usage of the root.
  private static func end(usage message: String, of command: any ParsableCommand.Type) -> Never {
    Terminal.writeError("Error: \(message)\n  See '\(path(of: command).joined(separator: " ")) --help'.\n")
    Foundation.exit(ExitCode.validationFailure.rawValue)
  }

  /// A command as it is typed, such as `hpo study show`.
  static func path(
    of command: any ParsableCommand.Type, below root: any ParsableCommand.Type = HPOCommand.self
  ) -> [String] {
    let name = root.configuration.commandName ?? ""
    if root == command { return [name] }
    for subcommand in root.configuration.subcommands {
      let path = path(of: command, below: subcommand)
      if !path.isEmpty { return [name] + path }
    }
    return []
  }
}
