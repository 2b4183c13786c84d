import ArgumentParser
import HPO
import Spelling
import StudyConfiguration

/// When a search ends before its total of trials; what is given here goes before the study file's `stop`.
struct StoppingOptions: ParsableArguments {
  @Option(
    help: "Stop after this time: 90s, 30m, 2h, 1d. Running trials end at their next report and wait to be run again.")
  var timeout: TimeSpan?

  @Option(
    help: """
      Stop once a finished trial meets a condition, for instance 'value < 0.02'; it is written as for 'hpo trials \
      --where'.
      """)
  var until: String?

  @Option(parsing: .unconditional, help: "Stop after so many finished trials in a row without an improvement.")
  var stagnation: Int?

  func validate() throws {
    if let stagnation, stagnation < 1 { throw ValidationError("--stagnation \(stagnation): at least 1 is needed") }
  }

  /// The options as they were typed, where a command line that goes on is shown to the user.
  var repeated: String {
    let options = [
      timeout.map { typed("timeout", $0.duration.text) }, until.map { typed("until", $0) },
      stagnation.map { typed("stagnation", String($0)) },
    ]
    return options.compactMap(\.self).map { " " + $0 }.joined()
  }

  /// These options, and those of a study file for what they leave open.
  func completed(by configured: StopConfiguration) -> StopConfiguration {
    StopConfiguration(
      timeout: timeout ?? configured.timeout, until: until ?? configured.until,
      stagnation: stagnation ?? configured.stagnation)
  }
}

extension TimeSpan: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension StopConfiguration {
  /// What ends a search of a study by its results.
  ///
  /// - Throws: `StorageError.invalidValue` where the condition is none.
  func rules(study: StudyRecord, space: ParameterSpace) throws -> [any StopRule] {
    var rules: [any StopRule] = []
    if let until {
      rules.append(
        try ConditionRule(until, study: study, space: space) { Terminal.writeError("note: \($0)\n") })
    }
    if let stagnation { rules.append(StagnationRule(patience: stagnation, directions: study.directions)) }
    return rules
  }
}
