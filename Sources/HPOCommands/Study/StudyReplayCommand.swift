import ArgumentParser
import HPO
import OrderedCollections
import Spelling
import StudyConfiguration

struct StudyReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Derives each trial again from the record, and says where the database was altered.",
    discussion: """
      The parameters of each trial are suggested again from the trials that it saw, and its end is decided again by the \
      pruner; a trial of a deterministic study ('hpo optimize --deterministic') is also compared with the checksums that it \
      left as it ended. Nothing is run and nothing is changed. The exit status is 1 where something differs, or could not \
      be derived because of that.

      A study that is not deterministic is taken for one that a single job ran.

      Examples:
        hpo study replay digits-mlp
        hpo study replay digits-mlp --format json | jq '.differences[0]'
      """)

  @OptionGroup var storage: StorageOptions
  @OptionGroup var study: StudyOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "The name of the study. (default: as --study says, else the only one there is)")
  var name: String?

  func validate() throws {
    if name != nil, study.study != nil { throw ValidationError("give NAME or --study, not both") }
  }

  func run() throws {
    let (record, report) = try storage.withStorage { storage in
      let record = try StudyOptions.record(named: name ?? study.study, in: storage)
      guard try storage.document(.configuration, study: record.id) != nil else {
        throw ValidationError(
          "the study '\(record.name.inMessage)' was created without a study file, so its sampler and pruner are not "
            + "known here; replay it where it is run, by StudyReplay")
      }
      let space = try StudyConfiguration.kept(with: record, in: storage).space
      var replay = try StudyReplay(Study(kept: record, in: storage), space: space)
      return (record, try replay.run())
    }
    let text = ReplayText(report, study: record.name)
    switch output.format {
    case .table: Terminal.write(text.text)
    case .json: Terminal.write(text.json.serialized(.pretty) + "\n")
    case .csv: Terminal.write(text.table.formatted(.csv, width: nil))
    }
    if !report.isSound { throw ExitCode(1) }
  }
}

/// A replay as it is shown.
struct ReplayText {
  let report: ReplayReport
  let study: String

  init(_ report: ReplayReport, study: String) {
    self.report = report
    self.study = study
  }

  /// One row a difference.
  var table: ResultTable {
    ResultTable(
      columns: ["trial", "differs", "name", "expected", "found"].map { .init($0) },
      rows: report.differences.map { difference in
        [
          .int(difference.trial), .string(difference.kind.rawValue), difference.name.map(JSONValue.string) ?? .null,
          .string(difference.expected), .string(difference.found),
        ]
      })
  }

  var json: JSONValue {
    let table = table
    return [
      "study": .string(study), "sound": .bool(report.isSound), "trials": .int(report.trials),
      "window": report.window.map(JSONValue.int) ?? .null, "derived": .int(report.derived), "given": .int(report.given),
      "skipped": .int(report.skipped), "differences": .array(table.rows.map { table.object($0) }),
      "notes": .array(report.notes.map(JSONValue.string)),
    ]
  }

  /// How many differences are told one by one.
  private static let shown = 20

  var text: String {
    let kind =
      report.window.map { "deterministic with \($0) at once" } ?? "taken for a search of one job"
    var lines = ["\(study.inMessage): \(Self.trials(report.trials)), \(kind)"]
    lines.append("\(Self.trials(report.derived)) derived again as on record, \(report.given) given")
    if report.skipped > 0 { lines.append("\(Self.trials(report.skipped)) could not be derived") }
    lines += report.notes.map { "note: \($0)" }
    for difference in report.differences.prefix(Self.shown) {
      let what = difference.kind.rawValue + (difference.name.map { " \($0.printable)" } ?? "")
      lines.append(
        "trial \(difference.trial): \(what): expected \(difference.expected.printable), found \(difference.found.printable)"
      )
    }
    if report.differences.count > Self.shown {
      lines.append("and \(report.differences.count - Self.shown) more; --format csv has everything")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func trials(_ count: Int) -> String { "\(count) trial\(count == 1 ? "" : "s")" }
}
