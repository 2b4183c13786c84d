// Samplers and pruners as a study in Swift names them.

extension Sampler where Self == TPESampler {
  /// The tree-structured Parzen estimator with its usual options; see `TPESampler` for others.
  public static func tpe(seed: UInt64? = nil) -> TPESampler { TPESampler(seed: seed) }
}

extension Sampler where Self == RandomSampler {
  /// Independent draws; see `RandomSampler`.
  public static func random(seed: UInt64? = nil) -> RandomSampler { RandomSampler(seed: seed) }
}

extension Sampler where Self == GridSampler {
  /// Each point of a grid once; see `GridSampler`.
  ///
  /// - Throws: `SamplerError`; see `Grid`.
  public static func grid(
    _ values: OrderedDictionary<String, [Choice]>, seed: UInt64? = nil
  ) throws(SamplerError) -> GridSampler {
    GridSampler(try Grid(values), seed: seed)
  }
}

extension Pruner where Self == MedianPruner {
  /// Ends trials that are worse than the median of the others, with the usual options; see `MedianPruner` for others.
  public static func median() -> MedianPruner { MedianPruner() }
}

extension Pruner where Self == PercentilePruner {
  /// Ends trials that are not among the best share of the others, in percent; see `PercentilePruner`.
  ///
  /// - Throws: `PrunerError`.
  public static func percentile(_ percentile: Double, startupTrials: Int = 5) throws(PrunerError) -> PercentilePruner {
    try PercentilePruner(percentile, startupTrials: startupTrials)
  }
}

extension Pruner where Self == NopPruner {
  /// Ends no trial.
  public static var none: NopPruner { NopPruner() }
}

extension Sampler where Self == EvolutionSampler {
  /// Regularized evolution with its usual options; see `EvolutionSampler` for others.
  public static func evolution(seed: UInt64? = nil) -> EvolutionSampler { EvolutionSampler(seed: seed) }
}

extension Sampler where Self == NSGA2Sampler {
  /// NSGA-II with its usual options; see `NSGA2Sampler` for others.
  public static func nsga2(seed: UInt64? = nil) -> NSGA2Sampler { NSGA2Sampler(seed: seed) }
}
