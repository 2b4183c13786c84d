import ArgumentParser
import HPO
import OrderedCollections
import Spelling
import StudyConfiguration

struct AskCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ask",
    abstract: "Starts a trial and shows its parameters; 'hpo tell' ends it.",
    discussion: """
      The parameters are those of the study, or those that --float, --int and --choice describe, which make the study \
      where there is none. The trial stays RUNNING until it is told, by whatever process; --expires lets it wait again \
      where that has not happened in time.

      Examples:
        hpo ask --study tune --float lr=1e-5..1e-1,log --choice act=relu,tanh
        hpo ask --study tune --format json
        hpo tell --study tune --trial 0 --value 0.25
      """)

  @OptionGroup var storage: StorageOptions
  @OptionGroup var study: StudyOptions
  @OptionGroup var space: SpaceOptions
  @OptionGroup var search: SearchOptions
  @OptionGroup var output: OutputOptions

  @Option(
    parsing: .unconditional,
    help: "Let the trial wait to be run again where it is not told within this time: 90s, 30m, 2h, 1d.")
  var expires: TimeSpan?

  func run() throws {
    let (number, values) = try storage.withStorage(create: !space.isEmpty) { storage in
      let inline = try InlineStudy(space: space, program: nil).configuration(named: study.study, in: storage)
      let configuration = try inline ?? .kept(with: study.record(in: storage), in: storage)
      guard let name = study.study ?? configuration.name else { throw ValidationError("--study NAME is needed") }
      let earlier = try storage.study(named: name).flatMap { try storage.document(.search, study: $0.id) }
      // A space that contradicts the trials is refused before it is kept and before a trial is taken.
      let note = try configuration.change(
        ofStudy: name, in: storage, by: "the command line describes another study")
      let study = try configuration.openStudy(
        named: name, folder: inline == nil ? nil : currentFolder,
        search: try search.completed(by: earlier, ofStudy: name, for: configuration), in: storage, ifExists: .load)
      if let note { Terminal.writeError("note: \(note)\n") }
      let expiry = expires.map { Timestamp.now.advanced(by: $0.duration) }
      guard let trial = try study.ask(owner: .asker(until: expiry)) else {
        throw ValidationError(
          "the study '\(name.inMessage)' has nothing left to try: every point of its grid has been taken")
      }
      do {
        let values = try trial.suggest(configuration.space)
        try trial.recordParameters()
        return (trial.number, values)
      } catch {
        // Nobody will tell a trial that nobody gets to know of.
        _ = try? study.tell(trial, failure: String(describing: error))
        throw error
      }
    }
    let json: JSONValue = ["number": .int(number), "params": .object(values.mapValues(\.json))]
    switch output.format {
    case .json: Terminal.write(json.serialized() + "\n")
    case .csv:
      let columns = [ResultTable.Column("number")] + values.keys.map { .init("params", $0) }
      let table = ResultTable(columns: columns, rows: [[.int(number)] + values.values.map(\.json)])
      Terminal.write(table.formatted(.csv, width: nil))
    case .table:
      Terminal.write(factLines([("trial", String(number))] + values.map { ("  " + $0, factText($1.json)) }))
    }
  }
}

extension Timestamp {
  /// The moment a time later.
  fileprivate func advanced(by duration: Duration) -> Timestamp {
    let (seconds, attoseconds) = duration.components
    return Timestamp(microseconds: microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
  }
}
