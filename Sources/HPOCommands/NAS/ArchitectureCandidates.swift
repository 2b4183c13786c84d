import ArgumentParser
import HPO
import OrderedCollections
import StudyConfiguration

/// Draws the architectures of a study's trials: within the limits, and no network twice.
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
  /// The user attribute with the place that a warm-up gave an architecture.
  private static let warmUpKey = "warm-up"
  /// The user attribute with the hash of a trial's architecture.
  static let architectureKey = "architecture"

  let configuration: ArchitectureConfiguration
  private let samples: Dataset
  private let tried: TriedNetworks

  /// Looks whether a described space makes networks for the data.
  ///
  /// - Parameters:
  ///   - configuration: What is searched.
  ///   - samples: The training samples.
  /// - Throws: `StudyFileMistake`.
  init(_ configuration: ArchitectureConfiguration, samples: Dataset) throws {
    self.configuration = configuration
    self.samples = samples
    tried = TriedNetworks(of: configuration.space.space, samples: samples)
    if case .described(let space) = configuration.space,
      let mistake = space.mistake(featureShape: samples.featureShape, outputWidth: samples.target.outputWidth)
    {
      throw StudyFileMistake(
        place: mistake.place.map { ($0.line, $0.column) },
        message: "no architecture can be built for '\(samples.name)': \(mistake.message)")
    }
  }

  /// Whether there is nothing to choose, so that the only architecture needs no trial.
  var isSingle: Bool {
    (try? configuration.space.space.architecture(
      Genome([:]), featureShape: samples.featureShape, outputWidth: samples.target.outputWidth)) != nil
  }

  /// Readies a study for its first trial: looks whether the limits leave any architecture, and lets it begin with those that a
  /// warm-up finds.
  ///
  /// - Throws: `ValidationError` where none of as many random architectures as a trial draws keeps the limits, with what they
  ///   cost.
  func prepare(_ study: Study) throws {
    let limits = configuration.limits
    let trials = try limits.limits.isEmpty ? [] : study.trials
    let complete = trials.filter { $0.state == .complete }
    let broken = complete.count { !$0.keeps(limits) }
    if broken > 0 {
      Terminal.writeError(
        "note: \(broken) of \(counted(complete.count, "complete trial")) ran before and \(broken == 1 ? "breaks" : "break") the "
          + "limits as they are now; hpo nas finish leaves \(broken == 1 ? "it" : "them") out\n")
    }
    if !limits.limits.isEmpty, trials.isEmpty {
      let survey = try SpaceSurvey(
        of: configuration.space.space, featureShape: samples.featureShape, outputWidth: samples.target.outputWidth,
        limits: configuration.limits, attempts: Self.attempts, seed: 0)
      guard survey.isFitting else {
        throw ValidationError(
          "none of \(survey.drawn) random architectures keeps the limits: \(survey.reason(of: configuration.limits))")
      }
    }
    try warmUp(study)
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

  /// Draws hyperparameters and architecture of a trial, anew where a limit is broken or a trial of the study trains the same
  /// network with the same hyperparameters, whichever choices made it, and keeps the costs with the trial.
  ///
  /// A trial whose parameters are given has them, whatever other trials have. One that goes on has what is on record, which
  /// was judged when it was drawn.
  ///
  /// - Throws: `SearchExhausted` where nothing new is found; `ArchitectureError` where a given architecture breaks a limit.
  func draw(_ trial: Trial, space: ParameterSpace) throws -> Candidate {
    let record = trial.record
    let isRecorded = !record.parameters.isEmpty || record.userAttributes[Self.architectureKey] != nil
    let isGiven = !record.fixedParameters.isEmpty
    let earlier = isGiven || isRecorded ? [] : try keysOfOthers(than: trial)
    var refusal = "each of them has been tried"
    let found: (values: OrderedDictionary<String, Choice>, costs: MeasuredCosts)? = try trial.suggest(
      attempts: isGiven || isRecorded ? 1 : Self.attempts
    ) { ask in
      var values = try space.walk { name, distribution in try ask(name, distribution) }
      let architecture: Architecture
      do {
        architecture = try configuration.space.space.architecture(
          featureShape: samples.featureShape, outputWidth: samples.target.outputWidth, choosing: ask)
      } catch let error as ArchitectureError where error.code == .rejected {
        refusal = error.message
        return nil
      }
      for (name, choice) in architecture.genome.choices { values[name] = choice }
      var costs = MeasuredCosts(
        of: architecture, latency: record.userAttributes[ArchitectureCost.latency.rawValue]?.doubleValue)
      if isRecorded { return (values, costs) }
      if let broken = try configuration.limits.broken(by: &costs) {
        let cost = broken.limit.cost
        refusal = "\(cost.rawValue) is \(cost.text(broken.value)) where \(cost.text(broken.limit.most)) is permitted"
        return nil
      }
      let key = try tried.key(of: architecture, values: values)
      // What a trial of a deterministic study draws must not depend on what others do at the same time.
      let isTaken =
        try earlier.contains(key)
        || !isGiven && !trial.study.isDeterministic && !trial.claim(key)
      if isTaken {
        refusal = "each of them has been tried"
        throw Trial.RepeatedDraw()
      }
      return (values, costs)
    }
    guard var found else {
      if isGiven || isRecorded {
        throw ArchitectureError(.noneWithinLimits, "the given architecture is refused: \(refusal)")
      }
      throw SearchExhausted(
        "no new architecture within the limits was found in \(Self.attempts) draws; the last one: \(refusal); trial "
          + "\(trial.number) waits until the study file or the limits permit another")
    }
    try keep(&found.costs, with: trial)
    return Candidate(
      values: found.values, architecture: found.costs.architecture,
      objectives: try configuration.minimized.map { try found.costs.value(of: $0) })
  }

  private func keep(_ costs: inout MeasuredCosts, with trial: Trial) throws {
    for cost in ArchitectureCost.allCases {
      let value = try costs.value(of: cost)
      try trial.setUserAttribute(
        cost.rawValue, to: cost.isCounted ? Int(exactly: value).map(JSONValue.int) ?? .double(value) : .double(value))
    }
    try trial.setUserAttribute(Self.architectureKey, to: .string(costs.architecture.genome.hash))
  }

  /// What the other trials of the study evaluate that this one may see, but for those that failed.
  private func keysOfOthers(than trial: Trial) throws -> Set<String> {
    var keys: Set<String> = []
    for other in try trial.others where other.state != .failed {
      let values = other.state == .waiting ? other.fixedParameters : other.externalParameters
      if let key = try tried.key(of: values) { keys.insert(key) }
    }
    return keys
  }

  // MARK: - Warm-up

  /// Lets a new study begin with the architectures that a warm-up finds; an interrupted warm-up goes on.
  private func warmUp(_ study: Study) throws {
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
    for (proxy, reason) in found.abstentions {
      Terminal.writeError("note: \(proxy.rawValue) ranks none of them: \(reason)\n")
    }
    for (place, costs) in found.chosen.enumerated() where !places.contains(place) {
      var attributes: OrderedDictionary<String, JSONValue> = [Self.warmUpKey: .int(place)]
      attributes[ArchitectureCost.latency.rawValue] = costs.latency.map(JSONValue.double)
      try study.enqueue(costs.architecture.genome.choices, userAttributes: attributes)
    }
  }
}
