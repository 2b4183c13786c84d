import ArgumentParser
import HPO
import OrderedCollections
import Spelling
import StudyConfiguration

/// What was typed once is kept with the study and holds until it is typed anew, whether or not a study file is given again.
extension SearchOptions {
  /// The options as they are kept with a study, so that it goes on as it began.
  var document: String {
    var members: OrderedDictionary<String, JSONValue> = [:]
    members["sampler"] = sampler.map { .string($0.rawValue) }
    members["pruner"] = pruner.map { .string($0.rawValue) }
    members["duplicates"] = duplicates.map { .string($0.rawValue) }
    members["seed"] = seed.map { .string(String($0)) }
    if !limits.isEmpty { members["limits"] = .array(limits.map { .string($0.description) }) }
    return JSONValue.object(members).serialized()
  }

  /// These options, and those that were kept with a study for what they leave open.
  ///
  /// - Parameters:
  ///   - document: The options that were kept.
  ///   - name: The study's name.
  ///   - configuration: What is searched, nil where nothing is; limits of architectures do not apply to anything else.
  /// - Throws: `ValidationError` where an option that is kept is none, and it is not typed.
  func completed(
    by document: String?, ofStudy name: String, for configuration: StudyConfiguration?
  ) throws -> SearchOptions {
    let kept = try KeptOptions(document, ofStudy: name)
    var result = self
    result.sampler = try sampler ?? kept.sampler()
    result.pruner = try pruner ?? kept.pruner()
    result.duplicates = try duplicates ?? kept.duplicates()
    result.seed = try seed ?? kept.seed()
    if configuration?.objective?.training?.architecture != nil {
      result.limits = CostLimits(try kept.limits(butOf: limits) + limits).limits
    }
    return result
  }

  /// These options, which were kept with a study, as they are typed: those that are not typed now and say something else than
  /// the study file, which they go before.
  ///
  /// - Parameters:
  ///   - configuration: The study file.
  ///   - typed: What is typed now.
  func overriding(_ configuration: StudyConfiguration, butFor typed: SearchOptions) -> [String] {
    var texts: [String] = []
    if let sampler, typed.sampler == nil, sampler != configuration.sampler.name {
      texts.append("--sampler \(sampler.rawValue)")
    }
    if let pruner, typed.pruner == nil, pruner != configuration.pruner.name {
      texts.append("--pruner \(pruner.rawValue)")
    }
    if let duplicates, typed.duplicates == nil, duplicates.rawValue != configuration.duplicates?.rawValue ?? "redraw" {
      texts.append("--duplicates \(duplicates.rawValue)")
    }
    if let seed, typed.seed == nil, seed != configuration.sampler.seed { texts.append("--seed \(seed)") }
    let own = configuration.objective?.training?.architecture?.limits.limits ?? []
    for limit in limits where !typed.limits.contains(where: { $0.cost == limit.cost }) && !own.contains(limit) {
      texts.append("--limit \(limit)")
    }
    return texts
  }
}

/// The options that were kept with a study.
///
/// Where one of them cannot be read, the search would be another without it; so that is an error.
struct KeptOptions {
  private let members: OrderedDictionary<String, JSONValue>
  /// Whose options they are, in messages.
  private let owner: String

  /// - Parameters:
  ///   - document: The options; nil for none.
  ///   - study: The study's name.
  /// - Throws: `ValidationError` for a text that holds none.
  init(_ document: String?, ofStudy study: String) throws {
    try self.init(document, of: "the study '\(study.inMessage)'")
  }

  private init(_ document: String?, of owner: String) throws {
    self.owner = owner
    guard let document else {
      members = [:]
      return
    }
    guard case .object(let members)? = try? JSONValue(parsing: document) else {
      throw ValidationError(
        "\(owner) keeps sampler, pruner, seed and limits in a form that cannot be read; 'hpo doctor "
          + "FILE --repair' deletes them, after which those that you know can be typed anew")
    }
    self.members = members
  }

  /// What is wrong with the options of a study, nil where nothing is.
  static func mistake(in document: String) -> String? {
    do {
      let options = try KeptOptions(document, of: "the study")
      _ = try (options.sampler(), options.pruner(), options.duplicates(), options.seed(), options.limits())
      return nil
    } catch {
      return "\(error)"
    }
  }

  func sampler() throws -> SamplerConfiguration.Name? { try name("sampler") }

  func pruner() throws -> PrunerConfiguration.Name? { try name("pruner") }

  func duplicates() throws -> DuplicatePolicy? { try name("duplicates") }

  func seed() throws -> UInt64? {
    guard let seed = members["seed"] else { return nil }
    guard let number = seed.stringValue.flatMap({ UInt64($0) }) else {
      throw mistake("seed", text(seed), "which is no whole number from 0 to \(UInt64.max)")
    }
    return number
  }

  /// The limits.
  ///
  /// - Parameter typed: Limits that replace those of the same costs.
  func limits(butOf typed: [CostLimit] = []) throws -> [CostLimit] {
    guard let limits = members["limits"] else { return [] }
    guard let limits = limits.arrayValue else { throw mistake("limit", text(limits), "which is no list") }
    return try limits.compactMap { limit in
      let text = text(limit)
      if typed.contains(where: { text.hasPrefix("\($0.cost.rawValue)=") }) { return nil }
      do { return try CostLimit(parsing: text) } catch {
        throw mistake("limit", text, "which cannot be read: \(error)")
      }
    }
  }

  private func name<Name: RawRepresentable<String> & CaseIterable>(_ option: String) throws -> Name? {
    guard let value = members[option] else { return nil }
    guard let name = value.stringValue.flatMap(Name.init) else {
      let hint = NearestName.hint(for: text(value), among: Name.allCases.map(\.rawValue))
      throw mistake(option, text(value), "which is none; \(hint)")
    }
    return name
  }

  private func text(_ value: JSONValue) -> String { value.stringValue ?? value.serialized() }

  private func mistake(_ option: String, _ text: String, _ reason: String) -> ValidationError {
    ValidationError(
      "\(owner) keeps the \(option) '\(text.inMessage)', \(reason); give it anew by --\(option)")
  }
}
