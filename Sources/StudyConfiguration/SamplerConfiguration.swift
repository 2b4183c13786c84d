/// Which sampler a study uses, with its options.
package struct SamplerConfiguration: Hashable, Sendable {
  package var kind: Kind
  /// Where all draws derive from; nil for another one in each study.
  package var seed: UInt64?

  /// The samplers, with what only they have.
  package enum Kind: Hashable, Sendable {
    case tpe(TPE)
    case random
    case grid
    case evolution(Evolution)
    case nsga2(NSGA2)
  }

  /// The options of regularized evolution.
  package struct Evolution: Hashable, Sendable {
    /// The latest complete trials, of which each may become a parent.
    package var population = 20
    /// Trials of which the best becomes the parent.
    package var tournament = 5

    /// The options of a study file that gives none.
    package init() {}
  }

  /// The options of NSGA-II.
  package struct NSGA2: Hashable, Sendable {
    /// The best complete trials, of which each may become a parent.
    package var population = 20
    package var crossoverProbability = 0.9
    package var swapProbability = 0.5
    /// Nil for one over the number of parameters.
    package var mutationProbability: Double?

    /// The options of a study file that gives none.
    package init() {}
  }

  /// The options of the tree-structured Parzen estimator.
  package struct TPE: Hashable, Sendable {
    /// Finished trials before which parameters are drawn at random.
    package var startupTrials = 10
    /// Draws of which the best is taken.
    package var candidates = 24
    /// Whether parameters are drawn jointly; nil for the sampler's own choice by the number of objectives.
    package var multivariate: Bool?
    /// Whether running trials count as bad ones, so that parallel trials keep apart.
    package var constantLiar = true

    /// The options of a study file that gives none.
    package init() {}
  }

  /// The names of samplers in a study file.
  package enum Name: String, Hashable, Sendable, CaseIterable {
    case tpe, random, grid, evolution, nsga2
  }

  /// Describes a sampler; without arguments, that of a study file that names none.
  package init(_ kind: Kind = .tpe(TPE()), seed: UInt64? = nil) {
    self.kind = kind
    self.seed = seed
  }

  /// The name in a study file.
  package var name: Name {
    switch kind {
    case .tpe: .tpe
    case .random: .random
    case .grid: .grid
    case .evolution: .evolution
    case .nsga2: .nsga2
    }
  }
}

extension SamplerConfiguration {
  /// Reads `tpe`, or `{name: tpe, seed: 7, …}`; nil, with messages, for anything else.
  init?(_ member: MappingReader.Member, log: MistakeLog) {
    guard let (name, reader) = log.named(member, path: "sampler", kind: "sampler", as: Name.self, options: Self.options)
    else { return nil }
    self.init()
    switch name {
    case .tpe:
      var options = TPE()
      options.startupTrials = reader?.wholeNumber("startupTrials", in: 0...Int.max) ?? options.startupTrials
      options.candidates = reader?.wholeNumber("candidates", in: 1...1_000_000) ?? options.candidates
      options.multivariate = reader?.flag("multivariate")
      options.constantLiar = reader?.flag("constantLiar") ?? options.constantLiar
      kind = .tpe(options)
    case .random: kind = .random
    case .grid: kind = .grid
    case .evolution:
      var options = Evolution()
      options.population = reader?.wholeNumber("population", in: 2...10_000) ?? options.population
      let usual = min(options.tournament, options.population)
      options.tournament = reader?.wholeNumber("tournament", in: 1...options.population) ?? usual
      kind = .evolution(options)
    case .nsga2:
      let share = Interval.from(0).through(1)
      var options = NSGA2()
      options.population = reader?.wholeNumber("population", in: 2...10_000) ?? options.population
      options.crossoverProbability = reader?.number("crossoverProbability", in: share) ?? options.crossoverProbability
      options.swapProbability = reader?.number("swapProbability", in: share) ?? options.swapProbability
      options.mutationProbability = reader?.number("mutationProbability", in: share)
      kind = .nsga2(options)
    }
    seed = reader?.wholeNumber("seed", in: 0...Int.max).map(UInt64.init)
  }

  private static func options(of name: Name) -> [String] {
    switch name {
    case .tpe: ["seed", "startupTrials", "candidates", "multivariate", "constantLiar"]
    case .random, .grid: ["seed"]
    case .evolution: ["seed", "population", "tournament"]
    case .nsga2: ["seed", "population", "crossoverProbability", "swapProbability", "mutationProbability"]
    }
  }
}
