public import ArgumentParser
public import HPO
import StudyConfiguration

/// What the command line says about sampler and pruner, which goes before the study file.
struct SearchOptions: ParsableArguments {
  @Option(help: "The sampler: tpe, random, grid, evolution or nsga2. (default: as the study file says, else tpe)")
  var sampler: SamplerConfiguration.Name?

  @Option(
    help: """
      The pruner: median, percentile or none. (default: as the study file says, else median with one objective and none \
      with several)
      """)
  var pruner: PrunerConfiguration.Name?

  @Option(
    parsing: .unconditional,
    help: "The seed of everything random. (default: as the study file says, else another one for each study)")
  var seed: UInt64?

  @Option(
    name: .customLong("limit"),
    help: ArgumentHelp(
      "The most that an architecture may cost, as in --limit flash=64kB --limit macs=2M: flash, ram, macs, parameters, latency.",
      valueName: "cost=amount"), transform: { try CostLimit(parsing: $0) })
  var limits: [CostLimit] = []

  @Option(
    help: """
      What becomes of a trial with the parameters of an earlier one: redraw them, reuse its result, or replicate it with \
      another seed. (default: as the study file says, else redraw)
      """)
  var duplicates: DuplicatePolicy?

  func validate() throws {
    for (place, limit) in limits.enumerated() {
      guard let other = limits[..<place].first(where: { $0.cost == limit.cost }) else { continue }
      throw ValidationError("--limit \(other) and --limit \(limit) limit the same cost; leave one of them out")
    }
  }
}

extension SamplerConfiguration.Name: ExpressibleByArgument {}
extension PrunerConfiguration.Name: ExpressibleByArgument {}
extension DuplicatePolicy: ExpressibleByArgument {}

extension SearchOptions {
  /// The training with the limits that the command line sets.
  func limiting(_ objective: TrainingObjective) throws -> TrainingObjective {
    guard !limits.isEmpty else { return objective }
    guard var architecture = objective.architecture else {
      throw ValidationError("--limit \(limits[0]): the study file searches no architecture whose cost could be limited")
    }
    for limit in limits { architecture.limits.set(limit) }
    var objective = objective
    objective.architecture = architecture
    return objective
  }

  /// The sampler of a study file, or the one that the command line asks for.
  func sampler(_ configured: SamplerConfiguration, space: ParameterSpace) throws -> any Sampler {
    let chosen = sampler.map {
      $0 == configured.name ? configured : SamplerConfiguration(named: $0, seed: configured.seed)
    }
    return try (chosen ?? configured).sampler(space: space, seed: seed)
  }

  /// What a study file says of duplicates, or what the command line asks for.
  func duplicates(_ configured: DuplicateHandling?) -> DuplicatePolicy {
    duplicates ?? configured.flatMap { DuplicatePolicy(rawValue: $0.rawValue) } ?? .redraw
  }

  /// The pruner of a study file, or the one that the command line asks for.
  func pruner(_ configured: PrunerConfiguration) throws -> any Pruner {
    try (pruner.map { $0 == configured.name ? configured : PrunerConfiguration(named: $0) } ?? configured).pruner()
  }
}

extension SamplerConfiguration {
  init(named name: Name, seed: UInt64?) {
    let kind: Kind =
      switch name {
      case .tpe: .tpe(.init())
      case .random: .random
      case .grid: .grid
      case .evolution: .evolution(.init())
      case .nsga2: .nsga2(.init())
      }
    self.init(kind, seed: seed)
  }

  /// The sampler that is described.
  ///
  /// - Parameters:
  ///   - space: What a grid spans.
  ///   - override: A seed that goes before the described one.
  func sampler(space: ParameterSpace, seed override: UInt64? = nil) throws -> any Sampler {
    let seed = override ?? seed
    switch kind {
    case .tpe(let options):
      return try TPESampler(
        startupTrials: options.startupTrials, candidates: options.candidates, multivariate: options.multivariate,
        constantLiar: options.constantLiar, seed: seed)
    case .random: return RandomSampler(seed: seed)
    case .evolution(let options):
      return try EvolutionSampler(population: options.population, tournament: options.tournament, seed: seed)
    case .nsga2(let options):
      return try NSGA2Sampler(
        population: options.population, crossoverProbability: options.crossoverProbability,
        swapProbability: options.swapProbability, mutationProbability: options.mutationProbability, seed: seed)
    case .grid:
      guard !space.isConditional else {
        throw ValidationError(
          "a grid needs every parameter in every trial, but some of this space depend on others (when, repeat)")
      }
      return GridSampler(try Grid(space: space.distributions), seed: seed)
    }
  }
}

extension PrunerConfiguration {
  init(named name: Name) {
    switch name {
    case .none: self = .none
    case .median: self = .median(.init())
    case .percentile: self = .percentile(25, .init())
    }
  }

  /// The pruner that is described.
  func pruner() throws -> any Pruner {
    switch self {
    case .none: NopPruner()
    case .median(let options):
      try MedianPruner(
        startupTrials: options.startupTrials, warmupSteps: options.warmupSteps, intervalSteps: options.intervalSteps,
        minimumTrials: options.minTrials)
    case .percentile(let percentile, let options):
      try PercentilePruner(
        percentile, startupTrials: options.startupTrials, warmupSteps: options.warmupSteps,
        intervalSteps: options.intervalSteps, minimumTrials: options.minTrials)
    }
  }
}
