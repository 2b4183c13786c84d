public import OrderedCollections
public import SearchSpace
public import Trials

/// The tree-structured Parzen estimator (Bergstra, Bardenet, Bengio, Kégl 2011; Watanabe 2023, arXiv:2304.11127): of some
/// candidates drawn from the density l of good trials, the one with the greatest ratio to the density g of the others.
///
/// Pruned trials count, with the step that they reached; infeasible ones come last; running ones are among the others,
/// which keeps parallel trials apart. Several objectives are ranked by non-domination and by the volume that they
/// dominate.
public struct TPESampler: Sampler {
  public static let name = "tpe"

  /// How many trials with results there must be before the history is used; up to then the draws are random.
  public let startupTrials: Int
  /// How many candidates are compared.
  public let candidates: Int
  /// Whether the parameters that all trials have in common are drawn jointly; nil for yes with one objective and no with
  /// several.
  public let multivariate: Bool?
  /// Whether running trials count as poor ones.
  public let constantLiar: Bool
  /// What the draws derive from; nil leaves it to the study.
  public let seed: UInt64?

  /// - Throws: `SamplerError.invalidOption` for `startupTrials` below 0 and `candidates` below 1.
  public init(
    startupTrials: Int = 10, candidates: Int = 24, multivariate: Bool? = nil, constantLiar: Bool = true,
    seed: UInt64? = nil
  ) throws(SamplerError) {
    guard startupTrials >= 0 else {
      throw SamplerError(.invalidOption, "the startup trials of TPE cannot be \(startupTrials): 0 or more")
    }
    guard candidates >= 1 else {
      throw SamplerError(.invalidOption, "the candidates of TPE cannot be \(candidates): 1 or more")
    }
    self.startupTrials = startupTrials
    self.candidates = candidates
    self.multivariate = multivariate
    self.constantLiar = constantLiar
    self.seed = seed
  }

  /// A sampler with the usual options.
  public init(seed: UInt64? = nil) {
    startupTrials = 10
    candidates = 24
    multivariate = nil
    constantLiar = true
    self.seed = seed
  }

  /// Whether parameters are drawn jointly in a study.
  private func isMultivariate(_ history: TrialHistory) -> Bool { multivariate ?? (history.directions.count == 1) }

  private func isStartingUp(_ history: TrialHistory) -> Bool { history.rows.count < startupTrials }

  public func relativeSpace(_ history: TrialHistory) -> OrderedDictionary<String, Distribution> {
    guard isMultivariate(history) else { return [:] }
    let space = history.intersectionSpace(includingPruned: true)
    return space.values.allSatisfy(isServed) ? space : space.filter { isServed($0.value) }
  }

  /// Whether there is something to choose, in a range whose width is a finite number; in a wider one chance draws.
  private func isServed(_ distribution: Distribution) -> Bool {
    guard case .float(let range) = distribution else { return !distribution.isSingle }
    return !range.isSingle && (range.high - range.low + (range.step ?? 0)).isFinite
  }

  public func sampleRelative(
    _ space: OrderedDictionary<String, Distribution>, draw: Draw, history: TrialHistory
  ) -> OrderedDictionary<String, Double> {
    guard !space.isEmpty, !isStartingUp(history) else { return [:] }
    var generator = draw.generator(for: "tpe:relative")
    let point = sample(space, number: draw.number, history: history, generator: &generator)
    return OrderedDictionary(uniqueKeys: space.keys, values: point)
  }

  public func relativeAttributes(
    for sample: OrderedDictionary<String, Double>, in space: OrderedDictionary<String, Distribution>
  ) -> OrderedDictionary<String, JSONValue> {
    constantLiar ? RelativeParameters.attributes(for: sample, in: space) : [:]
  }

  public func sampleIndependent(
    _ name: String, _ distribution: Distribution, draw: Draw, history: TrialHistory
  ) throws -> Double {
    guard !isStartingUp(history), isServed(distribution) else {
      return RandomSampler.sample(name, distribution, draw: draw)
    }
    var generator = draw.generator(for: "tpe:\(name)")
    return sample([name: distribution], number: draw.number, history: history, generator: &generator)[0]
  }

  /// The best of the candidates, in the order of the space.
  private func sample(
    _ space: OrderedDictionary<String, Distribution>, number: Int, history: TrialHistory,
    generator: inout DrawGenerator
  ) -> [Double] {
    let (below, above) = estimators(for: space, history: history, number: number)
    let points = below.sample(count: candidates, using: &generator)
    let prepared = DensityPoints(points, kernels: below.dimensions)
    let scores = zip(below.logDensities(at: prepared), above.logDensities(at: prepared)).map { $0 - $1 }
    var best = 0
    for (index, score) in scores.enumerated() where score > scores[best] { best = index }
    return points.map { $0[best] }
  }

  /// The densities l of the good trials and g of the others, over the trials that have all parameters of a space.
  ///
  /// - Parameter number: The trial for which they are made, which is not among the running ones.
  func estimators(
    for space: OrderedDictionary<String, Distribution>, history: TrialHistory, number: Int
  ) -> (below: ParzenEstimator, above: ParzenEstimator) {
    let running = constantLiar ? runningTrials(space, history: history, number: number) : []
    return TrialSelection(split: TPESplit.of(history), running: running, space: space, history: history).estimators()
  }

  private func runningTrials(
    _ space: OrderedDictionary<String, Distribution>, history: TrialHistory, number: Int
  ) -> [TrialSelection.Running] {
    history.running.compactMap { trial in
      guard trial.number != number else { return nil }
      let drawn = isMultivariate(history) ? trial.jointSample : [:]
      var values: [Double] = []
      for (name, distribution) in space {
        if let own = trial.parameters[name], own.distribution.isColumnCompatible(with: distribution) {
          values.append(own.value)
        } else if let choice = drawn[name], let value = try? distribution.internal(choice) {
          values.append(value)
        } else {
          return nil
        }
        guard let last = values.last, distribution.isColumnValue(last) else { return nil }
      }
      return TrialSelection.Running(number: trial.number, values: values)
    }
  }
}
