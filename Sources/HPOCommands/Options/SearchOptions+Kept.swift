import ArgumentParser
import HPO
import OrderedCollections
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
  ///   - configuration: What is searched, nil where nothing is; limits of architectures do not apply to anything else.
  /// - Throws: `ValidationError` where a limit that is kept cannot be read, and none of that cost is typed.
  func completed(by document: String?, for configuration: StudyConfiguration?) throws -> SearchOptions {
    let kept = document.flatMap { try? JSONValue(parsing: $0) } ?? [:]
    var result = self
    result.sampler = sampler ?? kept["sampler"]?.stringValue.flatMap(SamplerConfiguration.Name.init)
    result.pruner = pruner ?? kept["pruner"]?.stringValue.flatMap(PrunerConfiguration.Name.init)
    result.duplicates = duplicates ?? kept["duplicates"]?.stringValue.flatMap(DuplicatePolicy.init)
    result.seed = seed ?? Self.seed(in: document)
    if configuration?.objective?.training?.architecture != nil {
      result.limits = CostLimits(try Self.limits(in: document, butOf: limits) + limits).limits
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

  /// The seed among options that were kept with a study.
  static func seed(in document: String?) -> UInt64? {
    document.flatMap { try? JSONValue(parsing: $0) }?["seed"]?.stringValue.flatMap { UInt64($0) }
  }

  /// The limits among options that were kept with a study.
  ///
  /// - Parameters:
  ///   - document: The options.
  ///   - typed: Limits that replace those of the same costs.
  /// - Throws: `ValidationError` where one cannot be read: without it the search would be another.
  static func limits(in document: String?, butOf typed: [CostLimit] = []) throws -> [CostLimit] {
    let kept = document.flatMap { try? JSONValue(parsing: $0) }?["limits"]?.arrayValue ?? []
    return try kept.compactMap { limit in
      let text = limit.stringValue ?? limit.serialized()
      if typed.contains(where: { text.hasPrefix("\($0.cost.rawValue)=") }) { return nil }
      do { return try CostLimit(parsing: text) } catch {
        throw ValidationError(
          "the study keeps the limit '\(text)', which cannot be read: \(error); give it anew by --limit")
      }
    }
  }
}
