import ArgumentParser
import HPO
import Spelling

struct BestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "best",
    abstract: "Shows the best trial of a study, or the Pareto front of several objectives.",
    discussion: """
      Only complete trials count that meet their constraints and are not excluded. Replicates, which ran the same \
      parameters with other seeds, count by their mean, which is shown with its 95 % interval under the first of them.

      Examples:
        hpo best --study digits-mlp
        hpo best --study digits-mlp --format json
      """)

  @OptionGroup var storage: StorageOptions
  @OptionGroup var study: StudyOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let (record, front) = try storage.withStorage { storage in
      let record = try study.record(in: storage)
      let front =
        try record.directions.count == 1
        ? storage.bestResult(of: record).map { [$0] } ?? []
        : storage.bestResults(study: record.id, directions: record.directions)
      if front.isEmpty {
        throw try storage.noBest(study: record.id, named: record.name)
      }
      return (record, front)
    }
    let hasFront = record.directions.count > 1
    let table = ResultTable(results: hasFront ? front : Array(front.prefix(1)), study: record)
    switch output.format {
    case .table where !hasFront: Terminal.write(TrialDescription(front[0], study: record).text)
    case .json where !hasFront: Terminal.write(table.object(table.rows[0]).serialized(.pretty) + "\n")
    default: Terminal.write(table.formatted(output.format, width: Terminal.outputWidth))
    }
  }
}

/// One trial for people, a line a fact.
struct TrialDescription {
  let text: String

  init(_ result: PooledResult, study: StudyRecord) {
    let trial = result.trial
    var lines: [(name: String, value: String)] = [("trial", "\(trial.number) of '\(study.name.inMessage)'")]
    for (objective, name) in study.metricNames.enumerated() {
      var text = shortNumber(result.means[objective])
      if result.trials.count > 1 {
        text += " (mean of \(result.trials.count) replicates"
        if let interval = result.interval(objective: objective) {
          text += ", 95 %: \(shortNumber(interval.lowerBound)) to \(shortNumber(interval.upperBound))"
        }
        text += ")"
      }
      lines.append((name.printable, text))
    }
    if result.trials.count > 1 { lines.append(("replicates", ProgressReporter.list(result.trials.map(\.number)))) }
    lines += trial.externalParameters.map { ("  " + $0.printable, factText($1.json)) }
    lines += trial.userAttributes.map { ($0.printable, factText($1)) }
    lines += trial.constraints.map { ("constraint \($0.printable)", shortNumber($1)) }
    if let note = study.note(onTrial: trial.id) { lines.append(("note", note.printable)) }
    lines += trial.omissions.map { ("unread", $0.printable) }
    if let seconds = trial.duration { lines.append(("seconds", shortNumber(seconds))) }
    text = factLines(lines)
  }
}
