import SearchSpace

/// What a storage remembers of its file, all of which holds as long as the study exists.
struct StorageMemory {
  /// Whether the file's own tables never give an identifier out again.
  var keepsIdentifiers = true
  /// How many objectives a study has.
  var objectives: [Int64: Int] = [:]
  /// A distribution under each name of a study, from a trial that is finished.
  var distributions: [Int64: [ExactText: Distribution]] = [:]
  /// Up to which identifier all trials of a study are finished and have no parameter of a name.
  var withoutParameter: [Int64: [ExactText: Int64]] = [:]
  private var decoded: [ExactText: Distribution] = [:]
  private var encoded: [Distribution: String] = [:]

  /// How many distributions are remembered before all are forgotten: a study may have a new range in each trial.
  private static let capacity = 4096

  /// The distribution in a JSON text.
  mutating func distribution(json: String) throws(SearchSpaceError) -> Distribution {
    let key = ExactText(json)
    if let known = decoded[key] { return known }
    let distribution = try Distribution(json: json)
    if decoded.count >= Self.capacity { decoded = [:] }
    decoded[key] = distribution
    return distribution
  }

  /// The JSON text of a distribution.
  mutating func json(of distribution: Distribution) -> String {
    if let known = encoded[distribution] { return known }
    let json = distribution.json
    if encoded.count >= Self.capacity { encoded = [:] }
    encoded[distribution] = json
    return json
  }
}
