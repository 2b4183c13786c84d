import ArgumentParser
import Foundation
import Spelling
import StudyConfiguration

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

/// The name of a study, its file or a program that was typed without what goes before it.
struct StrayArgument {
  /// What to say about it.
  let message: String
  /// The command that it was typed after.
  let command: any ParsableCommand.Type

  /// Nil for any other mistake.
  ///
  /// - Parameters:
  ///   - arguments: What was typed.
  ///   - complaint: What the parser says of it.
  init?(in arguments: [String], _ complaint: String) {
    guard let match = complaint.firstMatch(of: /^(Unexpected argument|\d+ unexpected arguments:) '(.+?)'/) else {
      return nil
    }
    let argument = match.2
    var command: any ParsableCommand.Type = HPOCommand.self
    for argument in arguments {
      guard let next = command.configuration.subcommands.first(where: { $0.configuration.commandName == argument })
      else { break }
      command = next
    }
    let ending = argument.split(separator: ".").last.map(String.init) ?? ""
    let option = ["yaml": "--config", "yml": "--config", "db": "--storage", "sqlite": "--storage"][ending] ?? "--study"
    let isOther = ["hpo", "csv", "npy", "npz", "gz"].contains(ending) || Double(argument) != nil
    let help = command.helpMessage(columns: 1000)
    // A command with a word of its own has its study's name there, or in the option that was given.
    let isGiven = arguments.contains { $0 == option || $0.hasPrefix("\(option)=") } || help.contains("[<name>]")
    var hints: [String] = []
    if match.1.hasPrefix("U"), help.contains("\(option) <"), !isGiven, !isOther, command != QueryCommand.self {
      hints.append("\(option) \(argument)")
    }
    if option == "--study", !isOther, help.contains("-- [<command>") {
      hints.append("-- \(argument) to run a program")
    }
    guard !hints.isEmpty else { return nil }
    message = "unexpected argument '\(argument)'; did you mean \(hints.joined(separator: ", or "))?"
    self.command = command
  }
}
