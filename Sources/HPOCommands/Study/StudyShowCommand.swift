import ArgumentParser
import HPO
import Spelling

struct StudyShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows what a study is and how far it has come.",
    discussion: """
      Examples:
        hpo study show --study digits-mlp
        hpo study show --study digits-mlp --configuration > digits-mlp.yaml
      """)

  @OptionGroup var storage: StorageOptions
  @OptionGroup var study: StudyOptions
  @OptionGroup var output: OutputOptions

  @Flag(help: "Write the study file that the study was created with, and nothing else.")
  var configuration = false

  func run() throws {
    let (overview, text, seed, search, window) = try storage.withStorage { storage in
      let record = try study.record(in: storage)
      return (
        try StudyOverview(record, in: storage), try storage.document(.configuration, study: record.id),
        try storage.document(.seed, study: record.id), try storage.document(.search, study: record.id),
        try storage.document(.window, study: record.id)
      )
    }
    if configuration {
      guard let text else {
        throw ValidationError("the study '\(overview.record.name.inMessage)' was created without a study file")
      }
      return Terminal.write(text)
    }
    var facts: [(column: ResultTable.Column, value: JSONValue)] = [
      (.init("study"), .string(overview.record.name)), (.init("directions"), overview.directions),
      (.init("metrics"), .array(overview.record.metricNames.map(JSONValue.string))),
      (.init("trials"), .int(overview.counts.values.reduce(0, +))),
    ]
    for state in TrialState.counted { facts.append((.init(state.title), .int(overview.counts[state] ?? 0))) }
    if overview.excluded > 0 { facts.append((.init("excluded"), .int(overview.excluded))) }
    facts += [
      (.init("bestTrial", title: "best trial"), overview.best.map { .int($0.trial.number) } ?? .null),
      (.init("bestValue", title: "best value"), overview.best?.value.map(JSONValue.double) ?? .null),
      (.init("seed"), seed.map(JSONValue.string) ?? .null),
      (.init("studyFile", title: "study file"), .bool(text != nil)),
    ]
    if let window {
      facts.append((.init("window", title: "deterministic, at once"), Int(window).map(JSONValue.int) ?? .null))
    }
    if let search, search != "{}" {
      let options = (try? JSONValue(parsing: search)) ?? .string(search)
      facts.append((.init("options", title: "in place of the file's"), options))
    }
    facts += overview.record.userAttributes.map { (.init("userAttributes", $0), $1) }
    let table = ResultTable(columns: facts.map(\.column), rows: [facts.map(\.value)])
    switch output.format {
    case .json: Terminal.write(table.object(table.rows[0]).serialized(.pretty) + "\n")
    case .csv: Terminal.write(table.formatted(.csv, width: nil))
    case .table: Terminal.write(factLines(facts.map { ($0.column.title.printable, Self.text($0.value)) }))
    }
  }

  private static func text(_ value: JSONValue) -> String {
    switch value {
    case .null: "–"
    case .bool(let isTrue): isTrue ? "yes" : "no"
    case .array(let items): items.listed?.printable ?? factText(value)
    default: factText(value)
    }
  }
}
