public import OrderedCollections
public import SearchSpace
public import Trials

/// Regularized evolution (Real, Aggarwal, Huang, Le 2019, arXiv:1802.01548): the best of a few trials drawn from the
/// youngest ones, with one parameter changed.
///
/// The population are the latest complete trials, so that each dies of age however good it is; the best trial survives
/// through its children. The first trials, as many as the population, are drawn at random. A trial that breaks a
/// constraint loses against one that does not, and else against one that breaks them less (Deb 2000,
/// doi:10.1016/S0045-7825(99)00389-8).
///
/// For one objective; `NSGA2Sampler` serves several.
public struct EvolutionSampler: Sampler {
  public static let name = "evolution"

  /// How many of the latest complete trials may become parents.
  public let population: Int
  /// How many of them are drawn, of which the best becomes the parent.
  public let tournament: Int
  /// What the draws derive from; nil leaves it to the study.
  public let seed: UInt64?

  /// Makes the sampler.
  ///
  /// - Throws: `SamplerError.invalidOption` for a population below 2 and a tournament that is not in 1...population.
  public init(population: Int, tournament: Int = 5, seed: UInt64? = nil) throws(SamplerError) {
    guard population >= 2 else {
      throw SamplerError(.invalidOption, "the population of evolution cannot be \(population): 2 or more")
    }
    guard (1...population).contains(tournament) else {
      throw SamplerError(
        .invalidOption, "the tournament of evolution cannot be \(tournament): 1 to \(population), its population")
    }
    self.population = population
    self.tournament = tournament
    self.seed = seed
  }

  /// A sampler with the usual options: the best of 5 of a population of 20.
  public init(seed: UInt64? = nil) {
    population = 20
    tournament = 5
    self.seed = seed
  }

  public func relativeSpace(_ history: TrialHistory) -> OrderedDictionary<String, Distribution> {
    guard history.directions.count == 1, history.rows.count >= population else { return [:] }
    return Genes.space(of: history)
  }

  public func sampleRelative(
    _ space: OrderedDictionary<String, Distribution>, draw: Draw, history: TrialHistory
  ) -> OrderedDictionary<String, Double> {
    guard !space.isEmpty else { return [:] }
    let candidates = youngest(of: history)
    guard !candidates.isEmpty else { return [:] }
    var generator = draw.generator(for: "evolution")
    var parent = candidates[generator.uniform(below: candidates.count)]
    for _ in 1..<tournament {
      let other = candidates[generator.uniform(below: candidates.count)]
      if isBetter(other, than: parent, in: history.rows) { parent = other }
    }
    var child = Genes(row: parent, of: history)
    child.mutateOne(in: space, using: &generator)
    return child.values
  }

  public func sampleIndependent(
    _ name: String, _ distribution: Distribution, draw: Draw, history: TrialHistory
  ) throws -> Double {
    guard history.directions.count == 1 else {
      throw SamplerError(
        .invalidOption,
        "the sampler 'evolution' serves one objective, and the study has \(history.directions.count); take nsga2")
    }
    return RandomSampler.sample(name, distribution, draw: draw)
  }

  /// The rows of the population, the youngest first.
  private func youngest(of history: TrialHistory) -> [Int] {
    history.memo.value(for: "evolution.population.\(population)") {
      let rows = history.rows
      let complete = rows.byNumber.chunks.lazy.reversed().flatMap { $0.reversed() }.lazy.map { Int($0.row) }
        .filter { !rows.losses[$0].isNaN }
      return Array(complete.prefix(population))
    }
  }

  private func isBetter(_ row: Int, than other: Int, in rows: HistoryRows) -> Bool {
    (rows.violations[row], rows.losses[row]) < (rows.violations[other], rows.losses[other])
  }
}
