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
    case tpe, random, grid
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
    }
    seed = reader?.wholeNumber("seed", in: 0...Int.max).map(UInt64.init)
  }

  private static func options(of name: Name) -> [String] {
    switch name {
    case .tpe: ["seed", "startupTrials", "candidates", "multivariate", "constantLiar"]
    case .random, .grid: ["seed"]
    }
  }
}
