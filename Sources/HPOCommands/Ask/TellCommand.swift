import ArgumentParser
import HPO
import Spelling
import StudyConfiguration

struct TellCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tell",
    abstract: "Tells the result of a trial that 'hpo ask' started, or how far it has come.",
    discussion: """
      A value that is NaN makes the trial FAIL. A pruned trial has its last report as its value, or none where there \
      are several objectives. With --report alone, which is of the first objective, the trial goes on, and the answer is \
      'continue' or 'prune'.

      Examples:
        hpo tell --study tune --trial 0 --value 0.25
        hpo tell --study tune --trial 0 --value 0.25 12.5      # a value for each of two objectives
        hpo tell --study tune --trial 0 --report 10=0.5
        hpo tell --study tune --trial 0 --state pruned
        hpo tell --study tune --trial 0 --state failed --message 'out of memory'
      """)

  /// The states that a trial can be told to have.
  enum State: String, ExpressibleByArgument, CaseIterable {
    case complete, pruned, failed
  }

  @OptionGroup var storage: StorageOptions
  @OptionGroup var study: StudyOptions
  @OptionGroup var output: OutputOptions

  @Option(parsing: .unconditional, help: "The trial's number.")
  var trial: Int

  @Option(
    parsing: .unconditionalSingleValue,
    help: "The trial's value, or one for each objective: --value 0.25 12.5, or --value 0.25 --value 12.5.")
  var value: [Double] = []

  @Option(help: "complete (which goes without saying where there is a value), pruned or failed.")
  var state: State?

  @Option(help: "Why the trial failed.")
  var message: String?

  @Option(
    parsing: .unconditionalSingleValue, help: "How far the trial has come: STEP=VALUE. Repeatable.",
    transform: Report.init(text:))
  var report: [Report] = []

  @Option(help: "A constraint, feasible where at most 0: NAME=VALUE. Repeatable.")
  var constraint: [NamedNumber] = []

  @Option(help: "An attribute to keep with the trial: NAME=JSON, or NAME=TEXT. Repeatable.")
  var attribute: [NamedValue] = []

  /// Arguments in which each value has its own `--value`, as the parser reads them: it takes a value that begins with a minus
  /// sign for an option, unless it follows one.
  static func spreadingValues(in arguments: [String]) -> [String] {
    guard arguments.first == configuration.commandName else { return arguments }
    var spread: [String] = []
    var takesValues = false
    for argument in arguments {
      if takesValues, spread.last != "--value", Double(argument) != nil { spread.append("--value") }
      takesValues = argument == "--value" || takesValues && Double(argument) != nil
      spread.append(argument)
    }
    return spread
  }

  func validate() throws {
    if state == .pruned || state == .failed, !value.isEmpty {
      throw ValidationError(
        "a \(state == .pruned ? "pruned trial has its last report as its value" : "failed trial has no value"); leave out "
          + "--value or --state")
    }
    if state == .complete, value.isEmpty { throw ValidationError("a complete trial needs its --value") }
    if message != nil, state != .failed { throw ValidationError("--message is the reason of --state failed") }
    if value.isEmpty, state == nil, report.isEmpty, constraint.isEmpty, attribute.isEmpty {
      throw ValidationError("there is nothing to tell; give --value, --state or --report")
    }
  }

  func run() throws {
    let (record, action) = try storage.withStorage { storage in
      let study = try Study(kept: try study.record(in: storage), in: storage)
      let trial = try study.trial(trial)
      if !value.isEmpty, value.count != study.directions.count {
        throw StudyError(
          .invalidArgument,
          "\(value.count == 1 ? "one value is" : "\(value.count) values are") given, but the study "
            + "'\(study.name.inMessage)' has "
            + "\(study.directions.count == 1 ? "one objective" : "\(study.directions.count) objectives"); nothing was told"
        )
      }
      return try tell(trial, of: study)
    }
    write(record, action)
  }

  /// Tells everything; returns whether the trial goes on.
  private func tell(_ trial: Trial, of study: Study) throws -> (FrozenTrial, action: String?) {
    var isPruned = false
    for report in report {
      if trial.hasReport(at: report.step) {
        Terminal.writeError(
          "note: trial \(trial.number) has a report of step \(report.step) already, which stays; this one does not count\n"
        )
      }
      do { try trial.report(report.value, at: report.step) } catch is TrialPruned { isPruned = true }
    }
    for constraint in constraint { try trial.setConstraint(constraint.name, to: constraint.value) }
    for attribute in attribute { try trial.setUserAttribute(attribute.name, to: attribute.value) }
    switch state {
    case .pruned: return (try study.tellPruned(trial), nil)
    case .failed: return (try study.tell(trial, failure: message ?? "told as failed"), nil)
    case .complete, nil:
      if !value.isEmpty { return (try study.tell(trial, values: value), nil) }
      return (trial.record, report.isEmpty ? nil : isPruned ? "prune" : "continue")
    }
  }

  private func write(_ record: FrozenTrial, _ action: String?) {
    var json: JSONValue { ["number": .int(record.number), "state": .string(record.state.rawValue)] }
    switch output.format {
    case .json:
      guard case .object(var members) = json else { return }
      members["action"] = action.map(JSONValue.string)
      Terminal.write(JSONValue.object(members).serialized() + "\n")
    case .csv, .table:
      let failure = message == nil ? record.failure.map { ": \($0)" } ?? "" : ""
      Terminal.write(action.map { $0 + "\n" } ?? "trial \(record.number) is \(record.state.rawValue)\(failure)\n")
    }
  }
}

/// `STEP=VALUE`.
struct Report {
  let step: Int
  let value: Double

  /// - Throws: `ValidationError` for anything else.
  init(text: String) throws {
    guard let pair = NamedNumber(argument: text), let step = Int(pair.name) else {
      throw ValidationError("expected STEP=VALUE such as 10=0.5")
    }
    guard step >= 0 else { throw ValidationError("a step is a whole number of 0 or more") }
    (self.step, value) = (step, pair.value)
  }
}

/// `NAME=NUMBER`.
struct NamedNumber: ExpressibleByArgument {
  let name: String
  let value: Double

  init?(argument: String) {
    guard let separator = argument.lastIndex(of: "="), separator > argument.startIndex,
      let value = Double(argument[argument.index(after: separator)...])
    else { return nil }
    name = String(argument[..<separator])
    self.value = value
  }
}

/// `NAME=JSON`, or `NAME=TEXT` where the text is no JSON.
struct NamedValue: ExpressibleByArgument {
  let name: String
  let value: JSONValue

  init?(argument: String) {
    guard let separator = argument.firstIndex(of: "="), separator > argument.startIndex else { return nil }
    name = String(argument[..<separator])
    let text = String(argument[argument.index(after: separator)...])
    value = (try? JSONValue(parsing: text)) ?? .string(text)
  }
}
