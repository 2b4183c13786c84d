import ArgumentParser
import HPO

/// Whether a search is to yield the same with any number of jobs.
struct DeterminismOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Same seed, same study, however many trials run at once and whatever takes how long; kept with the study.",
      discussion: """
        Trial n waits for the trials up to n - WINDOW and sees no others. 'hpo study replay' derives each trial again from \
        the record.
        """))
  var deterministic = false

  @Option(
    parsing: .unconditional,
    help: "With --deterministic, how many trials may run at once. (default: as many as --jobs at the first time)")
  var window: Int?

  func validate() throws {
    if let window, !(1...1024).contains(window) { throw ValidationError("--window \(window): 1 to 1024 are possible") }
    if window != nil, !deterministic { throw ValidationError("--window goes with --deterministic") }
  }

  /// The window to open a study with: nil for one that is not to be deterministic, or is already and keeps its window.
  ///
  /// - Parameters:
  ///   - name: The study's name.
  ///   - jobs: How many trials are to run at once.
  ///   - storage: Where the study may be.
  func window(ofStudy name: String, jobs: Int, in storage: any Storage) throws -> Int? {
    guard deterministic else { return nil }
    if let window { return window }
    let kept = try storage.study(named: name).flatMap { try storage.document(.window, study: $0.id) }
    return kept == nil ? jobs : nil
  }
}
