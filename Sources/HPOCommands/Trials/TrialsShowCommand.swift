import ArgumentParser
import HPO
import OrderedCollections
import Programs
import Spelling

struct TrialsShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows all there is of one trial: parameters, values, reports, attributes, times, owner and log.",
    discussion: """
      Examples:
        hpo trials show 12 --study tune
        hpo trials show 12 --study tune --format json
        hpo trials show 12 --study tune --format csv       # the reports: step and value
        hpo trials show 12 --study tune --log | less
      """)

  @OptionGroup var storage: StorageOptions
  @OptionGroup var study: StudyOptions

  @OptionGroup var output: OutputOptions

  @Flag(help: "Write the trial's log as it is, and nothing else.")
  var log = false

  @Argument(help: "The trial's number.")
  var number: Int

  func run() throws {
    let details = try storage.withStorage { storage in
      let record = try study.record(in: storage)
      let trial = try storage.trial(number: number, study: record.id)
      return TrialDetails(
        trial: trial, study: record, log: try storage.log(trial: trial.id), owner: try storage.owner(trial: trial.id),
        concurrent: log ? [:] : try storage.concurrentReplicates(study: record.id))
    }
    if log { return Terminal.write(details.log ?? "") }
    switch output.format {
    case .json: Terminal.write(details.json.serialized(.pretty) + "\n")
    case .csv: Terminal.write(details.reports.formatted(.csv, width: nil))
    case .table: Terminal.write(details.text)
    }
  }
}

/// Everything that is on record of a trial.
struct TrialDetails {
  let trial: FrozenTrial
  let study: StudyRecord
  let log: String?
  let owner: ProcessIdentity?
  /// As of `TrialColumns`.
  let concurrent: [Int: Int]

  /// For programs; what is not there is null.
  var json: JSONValue {
    let table = ResultTable(trials: [trial], study: study, concurrent: concurrent)
    guard case .object(var members) = table.object(table.rows[0]) else { return .null }
    members["completed"] = trial.completed.map { .string($0.description) } ?? .null
    members["failure"] = trial.failure.map(JSONValue.string) ?? .null
    members["constraints"] = .object(trial.constraints.mapValues(JSONValue.double))
    members["reports"] = .array(
      trial.intermediateValues.map {
        ["step": .int($0.step), "value": JSONValue.double($0.value).withTextForInfinities]
      })
    members["owner"] =
      owner.map { owner in
        owner.isAsker
          ? ["asked": true, "expires": owner.expiry.map { .string($0.description) } ?? .null]
          : ["host": .string(owner.hostName), "process": .int(Int(owner.process))]
      } ?? .null
    members["log"] = log.map(JSONValue.string) ?? .null
    return .object(members)
  }

  /// The reports, a row each.
  var reports: ResultTable {
    ResultTable(
      columns: [.init("step"), .init("value")],
      rows: trial.intermediateValues.map { [.int($0.step), .double($0.value)] })
  }

  /// For people.
  var text: String {
    var facts: [(name: String, value: String)] = [
      ("trial", "\(trial.number) of '\(study.name.inMessage)'"), ("state", trial.state.rawValue),
    ]
    facts += zip(study.metricNames, trial.values).map { ($0.printable, shortNumber($1)) }
    let parameters = trial.fixedParameters.merging(trial.externalParameters) { $1 }
    facts += parameters.map { ("  " + $0.printable, factText($1.json)) }
    facts += trial.constraints.map { ("constraint \($0.printable)", shortNumber($1)) }
    facts += trial.userAttributes.map { ($0.printable, factText($1)) }
    if !trial.intermediateValues.isEmpty { facts.append(("reports", reportsInShort)) }
    if let started = trial.started { facts.append(("started", "\(started) UTC")) }
    if let completed = trial.completed { facts.append(("ended", "\(completed) UTC")) }
    if let seconds = trial.duration { facts.append(("seconds", shortNumber(seconds))) }
    if let note = study.note(onTrial: trial.id) { facts.append(("note", note.printable)) }
    if let reason = trial.exclusion { facts.append(("excluded", reason.isEmpty ? "yes" : reason.printable)) }
    if let duplicate = trial.duplicate(concurrent) { facts.append(("duplicate", duplicate)) }
    facts += trial.omissions.map { ("unread", $0.printable) }
    if let owner { facts.append(("run by", Self.text(of: owner))) }
    if let failure = trial.failure, log == nil || !failure.contains("its last lines:") {
      facts.append(("failure", failure.printable))
    } else if let failure = trial.failure {
      facts.append(("failure", String(failure.prefix { $0 != ";" })))
    }
    var text = factLines(facts)
    if let log, !log.isEmpty {
      text += "log\n" + log.withoutTerminalCodes + (log.hasSuffix("\n") ? "" : "\n")
    }
    return text
  }

  /// `20: 0.93 at 0, 0.91 at 1, …, 0.5 at 19`.
  private var reportsInShort: String {
    let all = trial.intermediateValues.map { "\(shortNumber($0.value)) at \($0.step)" }
    let shown = all.count <= 8 ? all : all.prefix(3) + ["…"] + all.suffix(3)
    return "\(all.count): " + shown.joined(separator: ", ")
  }

  private static func text(of owner: ProcessIdentity) -> String {
    guard owner.isAsker else { return "process \(owner.process) of \(owner.hostName)" }
    return "whoever asked for it; 'hpo tell' ends it" + (owner.expiry.map { ", until \($0) UTC" } ?? "")
  }
}
