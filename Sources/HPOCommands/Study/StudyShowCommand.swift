import ArgumentParser
import HPO
import OrderedCollections

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
        throw ValidationError("the study '\(overview.record.name)' was created without a study file")
      }
      return Terminal.write(text)
    }
    var facts: OrderedDictionary<String, JSONValue> = [
      "study": .string(overview.record.name), "directions": .string(overview.directions),
      "metrics": .string(overview.record.metricNames.joined(separator: ", ")),
      "trials": .int(overview.counts.values.reduce(0, +)),
    ]
    for state in TrialState.counted { facts[state.title] = .int(overview.counts[state] ?? 0) }
    if overview.excluded > 0 { facts["excluded"] = .int(overview.excluded) }
    facts["best trial"] = overview.best.map { .int($0.trial.number) } ?? .null
    facts["best value"] = overview.best?.value.map(JSONValue.double) ?? .null
    facts["seed"] = seed.map(JSONValue.string) ?? .null
    if let window { facts["deterministic, at once"] = Int(window).map(JSONValue.int) ?? .null }
    facts["study file"] = .bool(text != nil)
    if let search, search != "{}" { facts["in place of the file's"] = .string(search) }
    for (key, value) in overview.record.userAttributes { facts[key] = value }
    let table = ResultTable(columns: facts.keys.map { .init($0) }, rows: [Array(facts.values)])
    switch output.format {
    case .json: Terminal.write(table.object(table.rows[0]).serialized(.pretty) + "\n")
    case .csv: Terminal.write(table.formatted(.csv, width: nil))
    case .table:
      let width = facts.keys.map(\.count).max() ?? 0
      for (key, value) in facts {
        let shown = value.stringValue?.printable ?? value.doubleValue.map(shortNumber) ?? value.serialized(.python)
        Terminal.write(
          key + String(repeating: " ", count: width - key.count + 2) + (value == .null ? "–" : shown) + "\n")
      }
    }
  }
}
