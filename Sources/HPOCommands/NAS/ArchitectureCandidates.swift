import ArgumentParser
import HPO
import OrderedCollections
import StudyConfiguration

/// Draws the architectures of a study's trials: within the limits, and none twice.
struct ArchitectureCandidates: Sendable {
  /// An architecture with the hyperparameters that it is trained with.
  struct Candidate: Sendable {
    /// The hyperparameters and the choices of the architecture.
    let values: OrderedDictionary<String, Choice>
    let architecture: Architecture
    /// The costs that are objectives.
    let objectives: [Double]
  }

  /// How often a trial draws before it gives up.
  private static let attempts = 2000
  /// The samples that a warm-up looks at.
  private static let warmUpSamples = 32
  /// The attribute with the place that a warm-up gave an architecture.
  private static let warmUpKey = "warm-up"
  /// The attribute with the hash of a trial's architecture.
  static let architectureKey = "architecture"

  let configuration: ArchitectureConfiguration
  private let samples: Dataset

  /// Looks whether the limits leave any architecture.
  ///
  /// - Parameter samples: The training samples.
  /// - Throws: `ValidationError` where none of 500 random architectures keeps them, with what they cost.
  init(_ configuration: ArchitectureConfiguration, samples: Dataset) throws {
    self.configuration = configuration
    self.samples = samples
    if case .described(let space) = configuration.space,
      let mistake = space.mistake(featureShape: samples.featureShape, outputWidth: samples.target.outputWidth)
    {
      let place = mistake.place.map { "line \($0.line), column \($0.column) of the study file: " } ?? ""
      throw ValidationError("\(place)no architecture can be built for '\(samples.name)': \(mistake.message)")
    }
    guard !configuration.limits.limits.isEmpty else { return }
    let survey = try SpaceSurvey(
      of: configuration.space.space, featureShape: samples.featureShape, outputWidth: samples.target.outputWidth,
      limits: configuration.limits, seed: 0)
    guard survey.fitting > 0 else {
      throw ValidationError(
        "none of \(survey.drawn) random architectures keeps the limits: \(survey.reason(of: configuration.limits))")
    }
  }

  /// The architecture that is among the values of a trial.
  ///
  /// - Parameter objective: Knows the hyperparameters, which are no choices of the architecture.
  func architecture(
    of values: OrderedDictionary<String, Choice>, without objective: TrainingObjective
  ) throws -> Architecture {
    let names = Set(objective.hyperparameterNames)
    return try configuration.space.space.architecture(
      Genome(values.filter { !names.contains($0.key) }), featureShape: samples.featureShape,
      outputWidth: samples.target.outputWidth)
  }

  /// Draws hyperparameters and architecture of a trial, anew where a limit is broken or a trial of the study has the same,
  /// and keeps the costs with the trial.
  ///
  /// A trial whose parameters are given has them, whatever other trials have.
  ///
  /// - Parameter stop: Asked to stop where nothing is found.
  /// - Throws: `ArchitectureError` of code `noneWithinLimits`.
  func draw(_ trial: Trial, space: ParameterSpace, stop: StopSource) throws -> Candidate {
    let isGiven = !trial.record.fixedParameters.isEmpty
    let earlier = isGiven ? [] : try keysOfOthers(than: trial)
    var refusal = "each of them has been tried"
    let candidate: Candidate? = try trial.suggest(attempts: isGiven ? 1 : Self.attempts) { ask in
      var values = try space.walk { name, distribution in try ask(name, distribution) }
      let architecture: Architecture
      do {
        architecture = try configuration.space.space.architecture(
          featureShape: samples.featureShape, outputWidth: samples.target.outputWidth, choosing: ask)
      } catch let error as ArchitectureError where error.code == .rejected {
        refusal = error.message
        return nil
      }
      if let broken = try configuration.limits.broken(by: architecture) {
        let cost = broken.limit.cost
        refusal = "\(cost.rawValue) is \(cost.text(broken.value)) where \(cost.text(broken.limit.most)) is permitted"
        return nil
      }
      for (name, choice) in architecture.genome.choices { values[name] = choice }
      guard !earlier.contains(Genome(values).hash) else { return nil }
      return Candidate(
        values: values, architecture: architecture,
        objectives: try configuration.minimized.map { try value(of: $0, architecture) })
    }
    guard let candidate else {
      if !isGiven { stop.stop(.afterRunningTrials) }
      throw ArchitectureError(
        .noneWithinLimits,
        isGiven
          ? "the given architecture is refused: \(refusal)"
          : "no new architecture within the limits was found in \(Self.attempts) draws; the last one: \(refusal)")
    }
    try keep(candidate, with: trial)
    return candidate
  }

  private func value(of cost: ArchitectureCost, _ architecture: Architecture) throws -> Double {
    try architecture.cost(cost) ?? InferenceLatency.measure(architecture.graph, output: architecture.output)
  }

  private func keep(_ candidate: Candidate, with trial: Trial) throws {
    try trial.setUserAttribute(Self.architectureKey, to: .string(candidate.architecture.genome.hash))
    for cost in ArchitectureCost.allCases {
      if let value = candidate.architecture.cost(cost) {
        try trial.setUserAttribute(cost.rawValue, to: .int(Int(value)))
      } else {
        try trial.setUserAttribute(cost.rawValue, to: .double(value(of: cost, candidate.architecture)))
      }
    }
  }

  /// What the other trials of the study evaluate that this one may see, but for those that failed.
  private func keysOfOthers(than trial: Trial) throws -> Set<String> {
    var keys: Set<String> = []
    for other in try trial.others where other.state != .failed {
      keys.insert(Genome(other.state == .waiting ? other.fixedParameters : other.externalParameters).hash)
    }
    return keys
  }

  // MARK: - Warm-up

  /// Lets a new study begin with the architectures that a warm-up finds; an interrupted warm-up goes on.
  func warmUp(_ study: Study) throws {
    guard let warmUp = configuration.warmUp else { return }
    let trials = try study.trials
    let places = Set(trials.compactMap { $0.userAttributes[Self.warmUpKey]?.intValue })
    // A trial of its own says that the search has begun.
    guard places.count < warmUp.keep, places.count == trials.count else { return }
    Terminal.writeError("ranking \(warmUp.candidates) untrained architectures to begin with\n")
    let few = samples.subset(
      Array(stride(from: 0, to: samples.count, by: max(1, samples.count / Self.warmUpSamples)))
        .prefix(Self.warmUpSamples).map { $0 })
    let found = try warmUp.architectures(
      of: configuration.space.space, outputWidth: samples.target.outputWidth, limits: configuration.limits,
      samples: few,
      seed: study.seed)
    for (place, architecture) in found.enumerated() where !places.contains(place) {
      try study.enqueue(architecture.genome.choices, userAttributes: [Self.warmUpKey: .int(place)])
    }
  }
}
