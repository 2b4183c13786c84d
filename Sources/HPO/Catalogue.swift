// Samplers and pruners as they are named in Swift, in study files and on the command line.

extension Sampler where Self == TPESampler {
  /// The tree-structured Parzen estimator; see `TPESampler`.
  public static func tpe(seed: UInt64? = nil) -> TPESampler { TPESampler(seed: seed) }
}

extension Sampler where Self == RandomSampler {
  /// Independent draws; see `RandomSampler`.
  public static func random(seed: UInt64? = nil) -> RandomSampler { RandomSampler(seed: seed) }
}

extension Pruner where Self == MedianPruner {
  /// Ends trials that are worse than the median of the others; see `MedianPruner`.
  public static func median() -> MedianPruner { MedianPruner() }
}

extension Pruner where Self == NopPruner {
  /// Ends no trial.
  public static var none: NopPruner { NopPruner() }
}
