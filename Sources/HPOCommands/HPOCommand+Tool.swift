import ArgumentParser
import CProcess
import Foundation
import Spelling
import StudyConfiguration

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
      if let mistake = SettingAsOption(in: arguments, message(for: error)) {
        end(usage: mistake.message, of: TrainCommand.self)
      }
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

/// A hyperparameter that was typed as an option of `hpo train`.
struct SettingAsOption {
  /// What to say about it.
  let message: String

  /// Nil for any other mistake.
  ///
  /// - Parameters:
  ///   - arguments: What was typed.
  ///   - complaint: What the parser says of it.
  init?(in arguments: [String], _ complaint: String) {
    guard arguments.first == TrainCommand.configuration.commandName,
      let name = complaint.firstMatch(of: /^Unknown option '--([A-Za-z0-9]+)'/)?.1,
      TrainingObjective.hyperparameterNames.contains(String(name))
    else { return nil }
    message = "there is no option --\(name); a hyperparameter is set by --set \(name)=VALUE"
  }
}

/// A command that was typed and does not exist.
struct UnknownCommand {
  /// What to say about it.
  let message: String
  /// The command below which it was looked for.
  let parent: any ParsableCommand.Type

  /// Nil for arguments that name a command.
  init?(in arguments: [String]) {
    var command: any ParsableCommand.Type = HPOCommand.self
    for argument in arguments {
      let subcommands = command.configuration.subcommands
      guard !subcommands.isEmpty, !argument.hasPrefix("-"), argument != "help" else { return nil }
      guard let next = subcommands.first(where: { $0.configuration.commandName == argument }) else {
        let names = subcommands.compactMap { $0.configuration.commandName }
        let hint =
          if Int(argument) != nil, names.contains("show") {
            "did you mean '\(HPOCommand.path(of: command).joined(separator: " ")) show \(argument)'?"
          } else {
            NearestName.hint(for: argument, among: names)
          }
        message = "unknown command '\(argument)'; \(hint)"
        parent = command
        return
      }
      command = next
    }
    return nil
  }
}
