/// Which pruner a study uses, with its options.
package enum PrunerConfiguration: Hashable, Sendable {
  case none
  /// A trial ends where it is worse than the median of the earlier ones at the same step.
  case median(Options)
  /// A trial ends where it is not among the best `percentile` per cent of the earlier ones at the same step.
  case percentile(Double, Options)

  /// When a pruner looks at a trial.
  package struct Options: Hashable, Sendable {
    /// Complete trials before which none is pruned.
    package var startupTrials = 5
    /// Steps before which a trial is not pruned.
    package var warmupSteps = 0
    /// Steps between two looks.
    package var intervalSteps = 1
    /// Complete trials with a value at the step before which none is pruned there.
    package var minTrials = 1

    /// The options of a study file that gives none.
    package init() {}
  }

  /// The names of pruners in a study file.
  package enum Name: String, Hashable, Sendable, CaseIterable {
    case median, percentile, none
  }

  /// The name in a study file.
  package var name: Name {
    switch self {
    case .none: .none
    case .median: .median
    case .percentile: .percentile
    }
  }
}

extension PrunerConfiguration {
  /// Reads `median`, or `{name: median, warmupSteps: 3, …}`; nil, with messages, for anything else.
  init?(_ member: MappingReader.Member, log: MistakeLog) {
    guard let (name, reader) = log.named(member, path: "pruner", kind: "pruner", as: Name.self, options: Self.options)
    else { return nil }
    var options = Options()
    options.startupTrials = reader?.wholeNumber("startupTrials", in: 0...Int.max) ?? options.startupTrials
    options.warmupSteps = reader?.wholeNumber("warmupSteps", in: 0...Int.max) ?? options.warmupSteps
    options.intervalSteps = reader?.wholeNumber("intervalSteps", in: 1...Int.max) ?? options.intervalSteps
    options.minTrials = reader?.wholeNumber("minTrials", in: 1...Int.max) ?? options.minTrials
    switch name {
    case .none: self = .none
    case .median: self = .median(options)
    case .percentile:
      self = .percentile(reader?.number("percentile", in: .from(0).through(100)) ?? 25, options)
    }
  }

  private static func options(of name: Name) -> [String] {
    let common = ["startupTrials", "warmupSteps", "intervalSteps", "minTrials"]
    return switch name {
    case .none: []
    case .median: common
    case .percentile: ["percentile"] + common
    }
  }
}
