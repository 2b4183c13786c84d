import ArgumentParser
import HPO
import Spelling

struct StudyCopyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "copy",
    abstract: "Copies a study with all its trials, under another name or into another database.",
    discussion: """
      The copy goes on by itself: it has the study file, the seed and everything else. A trial that is running waits in the \
      copy with its parameters. Each trial keeps a record of where it comes from (system attribute hpo:source). Until it is \
      whole, the copy is called 'NAME (incomplete copy)'; where the command was ended, the same one goes on.

      Examples:
        hpo study copy --study digits-mlp --to digits-mlp-2
        hpo study copy --study digits-mlp --to-storage archive.db
      """)

  @OptionGroup var storage: StorageOptions
  @OptionGroup var study: StudyOptions

  @Option(help: "The name of the copy. (default: the study's)")
  var to: String?

  @Option(help: "The database of the copy, made where there is none. (default: that of the study)")
  var toStorage: String?

  func run() throws {
    if let to { try Study.check(newName: to) }
    let (record, name, excluded, summary) = try storage.withStorage { source in
      let record = try study.record(in: source)
      let name = to ?? record.name
      let excluded = try source.excludedCount(study: record.id)
      let transfer = StudyTransfer(from: source, study: record, place: storage.location)
      let summary = try withTarget(source) { try transfer.copy(to: $0, name: name).summary }
      return (record, name, excluded, summary)
    }
    // As they are counted everywhere.
    let count = summary.added + summary.known - excluded
    Terminal.write(
      "copied '\(record.name.inMessage)' with "
        + "\(counted(count, "trial"))\(excluded > 0 ? " and \(excluded) excluded" : "") to '\(name.inMessage)'"
        + (toStorage.map { " in \($0)" } ?? "") + "\n")
  }

  private func withTarget<Result>(_ source: any Storage, _ body: (any Storage) throws -> Result) throws -> Result {
    guard let toStorage else { return try body(source) }
    return try StorageOptions.opened(toStorage, create: true, body)
  }
}

struct StudyMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Adds the finished trials of one study to another one.",
    discussion: """
      The trials get the next numbers, and keep a record of where they come from (system attribute hpo:source). A trial \
      that is there already, by an earlier merge or copy, is passed over, so the same merge may be repeated, also one that \
      was ended half-way. The source stays as it is. Where a parameter does not fit, no trial is added.

      Examples:
        hpo study merge --study digits-mlp --from digits-mlp-2
        hpo study merge --study digits-mlp --from digits-mlp --from-storage other-machine.db
      """)

  @OptionGroup var storage: StorageOptions
  @OptionGroup var study: StudyOptions

  @Option(help: "The study whose trials are added. (default: the only one of --from-storage)")
  var from: String?

  @Option(help: "The database of that study. (default: that of the study that is added to)")
  var fromStorage: String?

  func validate() throws {
    if from == nil, fromStorage == nil { throw ValidationError("--from NAME, --from-storage FILE or both are needed") }
  }

  func run() throws {
    let (record, name, summary) = try storage.withStorage { target in
      let record = try study.record(in: target)
      let (name, summary) = try withSource(target) { source in
        let other = try StudyOptions.record(named: from, in: source)
        let transfer = StudyTransfer(from: source, study: other, place: fromStorage ?? storage.location)
        return (other.name, try transfer.add(to: target, study: record))
      }
      return (record, name, summary)
    }
    var text = "added \(counted(summary.added, "trial")) of '\(name.inMessage)' to '\(record.name.inMessage)'"
    if let numbers = summary.numbers {
      text +=
        numbers.count == 1
        ? ", number \(numbers.lowerBound)" : ", numbers \(numbers.lowerBound) to \(numbers.upperBound)"
    }
    if summary.known > 0 { text += "; \(summary.known) were there already" }
    Terminal.write(text + "\n")
  }

  private func withSource<Result>(_ target: any Storage, _ body: (any Storage) throws -> Result) throws -> Result {
    guard let fromStorage else { return try body(target) }
    return try StorageOptions.opened(fromStorage, create: false, body)
  }
}
