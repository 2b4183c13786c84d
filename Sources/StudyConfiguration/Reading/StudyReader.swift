import OrderedCollections
import SearchSpace
import Training
import Trials

/// Reads the keys at the top of a study file.
struct StudyReader {
  private static let keys = [
    "study", "direction", "directions", "objective", "architecture", "space", "sampler", "pruner", "trials", "jobs",
    "stop", "duplicates",
  ]

  private let log: MistakeLog
  private let folder: String?
  private let isGiven: Bool

  /// - Parameters:
  ///   - folder: Where relative paths in the file are taken from.
  ///   - isGiven: Whether contradictions are told that show in trials alone.
  init(_ log: MistakeLog, folder: String?, isGiven: Bool) {
    self.isGiven = isGiven
    self.log = log
    self.folder = folder
  }

  /// The configuration; nil, with the reasons in the log, where the file has mistakes.
  func read(_ root: YAMLNode) -> StudyConfiguration? {
    guard
      let reader = MappingReader(
        root, path: "", at: root.position, keys: Self.keys, log: log,
        expectation: "the keys of a study, such as direction and space")
    else { return nil }
    let name = reader.text("study")
    if let name, name.count > ParameterSpaceDraft.longestName, let value = reader.members["study"]?.value {
      log.report(
        .invalidValue, at: value.position,
        "study: expected a name of at most \(ParameterSpaceDraft.longestName) characters, met \(name.count)")
    }
    let isProgram = reader.members["objective"].map { ProgramReader.describes($0.value) } ?? false
    let architecture = reader.members["architecture"].flatMap { ArchitectureReader($0, log: log) }
    let objective =
      isProgram
      ? nil
      : reader.members["objective"].flatMap {
        ObjectiveReader($0, architecture: architecture, folder: folder, log: log)
      }
    if let member = reader.members["architecture"], isProgram || reader.members["objective"] == nil {
      log.report(
        .contradiction, at: member.keyPosition, "'architecture' needs an 'objective', which tells how they are trained")
    }
    let directions = directions(reader, objective, isProgram: isProgram).map {
      $0 + Array(repeating: .minimize, count: architecture?.minimizedCount ?? 0)
    }
    let program =
      isProgram
      ? reader.members["objective"].flatMap {
        ProgramReader($0, folder: folder, objectives: directions?.count, log: log)?.program
      } : nil
    let sampler =
      reader.members["sampler"].map { SamplerConfiguration($0, log: log) } ?? SamplerConfiguration()
    let pruner = pruner(reader, directions)
    // The architectures are a space by themselves, and a training without a search has none.
    let isSpaceLeftOut = (architecture != nil || objective != nil) && reader.members["space"] == nil
    let space =
      isSpaceLeftOut
      ? .empty
      : reader.required("space").flatMap {
        SpaceReader($0, objective: objective, isGrid: sampler?.name == .grid, log: log)
      }?.space
    if sampler?.name == .grid, architecture != nil, let member = reader.members["sampler"] {
      log.report(
        .contradiction, at: member.keyPosition,
        "the grid sampler needs parameters that always exist, and the choices of architectures depend on each other; take "
          + "evolution, tpe or nsga2")
    }
    if sampler?.name == .evolution, let directions, directions.count > 1, let member = reader.members["sampler"] {
      log.report(
        .contradiction, at: member.keyPosition,
        "the sampler 'evolution' serves one objective, and there are \(directions.count); take nsga2")
    }
    let trials = reader.wholeNumber("trials", in: 1...Int.max)
    let jobs = reader.wholeNumber("jobs", in: TrialJobs.range)
    let duplicates = reader.name("duplicates", "policy", DuplicateHandling.self)
    let stop = reader.members["stop"].map { StopConfiguration($0, log: log) } ?? StopConfiguration()
    if let data = objective?.objective?.data { architecture?.checkSamples(of: data) }
    if log.error == nil, let space {
      objective?.checkEffects(in: space, reader.members["space"], log)
      if isGiven { objective?.checkConflicts(in: space, log) }
    }
    guard log.error == nil, let directions, let sampler, let pruner, let space, let stop else { return nil }
    return StudyConfiguration(
      name: name, directions: directions,
      objective: program.map(Objective.program) ?? objective?.objective.map(Objective.training), space: space,
      sampler: sampler, pruner: pruner, trials: trials, jobs: jobs, stop: stop, duplicates: duplicates,
      text: log.source.text, file: log.source.file)
  }

  // MARK: - Directions

  private func directions(
    _ reader: MappingReader, _ objective: ObjectiveReader?, isProgram: Bool
  ) -> [StudyDirection]? {
    let single = reader.members["direction"]
    let several = reader.members["directions"]
    switch (single, several) {
    case (nil, nil):
      if reader.members["objective"] == nil || isProgram { _ = reader.required("direction") }
      return objective?.metric.map { [$0.direction] }
    case (let member?, nil):
      if case .list = member.value.content {
        log.report(
          .wrongType, at: member.value.position,
          "direction: expected minimize or maximize, met a list; several directions stand under 'directions'")
        return nil
      }
      return fitting([member.value], objective)
    case (nil, let member?):
      guard case .list(let elements) = member.value.content, !elements.isEmpty else {
        if !member.value.isInvalid {
          log.report(
            .wrongType, at: member.value.position,
            "directions: expected a list such as [minimize, maximize], met \(member.value.met)")
        }
        return nil
      }
      return fitting(elements, objective)
    case (let single?, let several?):
      log.report(
        .contradiction, at: max(single.keyPosition, several.keyPosition),
        "'direction' and 'directions' exclude each other; keep one of them")
      return nil
    }
  }

  /// The directions, if each of them is one and they fit the objective.
  private func fitting(_ values: [YAMLNode], _ objective: ObjectiveReader?) -> [StudyDirection]? {
    let directions = values.compactMap { log.name($0, path: "direction", kind: "direction", as: StudyDirection.self) }
    guard directions.count == values.count, let metric = objective?.metric else {
      return directions.count == values.count ? directions : nil
    }
    guard directions.count == 1 else {
      log.report(
        .contradiction, at: values[1].position,
        "a training has one value, its metric '\(metric.rawValue)', but \(directions.count) directions are listed")
      return nil
    }
    guard directions == [metric.direction] else {
      log.report(
        .contradiction, at: values[0].position,
        "the direction '\(directions[0].rawValue)' contradicts the metric '\(metric.rawValue)', of which "
          + "\(metric.direction == .maximize ? "more" : "less") is better; write '\(metric.direction.rawValue)'")
      return nil
    }
    return directions
  }

  // MARK: - Pruner

  private func pruner(_ reader: MappingReader, _ directions: [StudyDirection]?) -> PrunerConfiguration? {
    if let member = reader.members["pruner"] { return PrunerConfiguration(member, log: log) }
    // What lags in the first of several objectives may be the best in another one: that is for the user to weigh.
    return (directions?.count ?? 1) > 1 ? PrunerConfiguration.none : .median(.init())
  }
}
