public import OrderedCollections
public import SearchSpace
public import Trials

/// NSGA-II (Deb, Pratap, Agarwal, Meyarivan 2002, doi:10.1109/4235.996017): parents are chosen by rank of non-domination
/// and then by the room around them, and their parameters crossed and mutated.
///
/// A trial that breaks a constraint ranks behind all that break none, and else by how much it breaks them (section VI of
/// the paper). The population is replaced trial by trial instead of generation by generation ("steady state", Durillo,
/// Nebro, Luna, Alba 2009, doi:10.1007/978-3-642-01020-0_18): it consists of the best of all complete trials at the time,
/// so that nothing but the history is needed to go on, and a trial that takes long holds up none. The first trials, as
/// many as the population, are drawn at random.
///
/// With one objective the ranks are the order of the values.
public struct NSGA2Sampler: Sampler {
  public static let name = "nsga2"

  /// How many of the best complete trials may become parents.
  public let population: Int
  /// How likely it is that a trial has two parents instead of one.
  public let crossoverProbability: Double
  /// How likely it is that a parameter that both parents have comes from the second one.
  public let swapProbability: Double
  /// How likely it is that a parameter is mutated; nil for one over their number.
  public let mutationProbability: Double?
  /// What the draws derive from; nil leaves it to the study.
  public let seed: UInt64?

  /// Makes the sampler.
  ///
  /// - Throws: `SamplerError.invalidOption` for a population below 2 and probabilities outside 0...1.
  public init(
    population: Int, crossoverProbability: Double = 0.9, swapProbability: Double = 0.5,
    mutationProbability: Double? = nil, seed: UInt64? = nil
  ) throws(SamplerError) {
    guard population >= 2 else {
      throw SamplerError(.invalidOption, "the population of NSGA-II cannot be \(population): 2 or more")
    }
    for probability in [crossoverProbability, swapProbability, mutationProbability ?? 0]
    where !(0...1).contains(probability) {
      throw SamplerError(.invalidOption, "a probability of NSGA-II cannot be \(probability): it must be in 0...1")
    }
    self.population = population
    self.crossoverProbability = crossoverProbability
    self.swapProbability = swapProbability
    self.mutationProbability = mutationProbability
    self.seed = seed
  }

  /// A sampler with the usual options: a population of 20.
  public init(seed: UInt64? = nil) {
    population = 20
    crossoverProbability = 0.9
    swapProbability = 0.5
    mutationProbability = nil
    self.seed = seed
  }

  public func relativeSpace(_ history: TrialHistory) -> OrderedDictionary<String, Distribution> {
    history.rows.count >= population ? Genes.space(of: history) : [:]
  }

  public func sampleRelative(
    _ space: OrderedDictionary<String, Distribution>, draw: Draw, history: TrialHistory
  ) -> OrderedDictionary<String, Double> {
    guard !space.isEmpty else { return [:] }
    let parents = RankedPopulation.of(history, count: population)
    guard !parents.members.isEmpty else { return [:] }
    var generator = draw.generator(for: "nsga2")
    var child = Genes(row: parents.tournament(using: &generator), of: history)
    if generator.uniform() < crossoverProbability {
      let other = Genes(row: parents.tournament(using: &generator), of: history)
      child = child.crossed(with: other, swapProbability: swapProbability, using: &generator)
    }
    let before = child
    child.mutateEach(
      probability: mutationProbability ?? 1 / Double(max(1, child.values.count)), in: space, using: &generator)
    // A child of one mind with its parents would only repeat one of them.
    if child == before, mutationProbability != 0 { child.mutateOne(in: space, using: &generator) }
    return child.values
  }

  public func sampleIndependent(
    _ name: String, _ distribution: Distribution, draw: Draw, history: TrialHistory
  ) throws -> Double {
    RandomSampler.sample(name, distribution, draw: draw)
  }
}
