import HPO
import OrderedCollections
import Synchronization

/// What the trials of a study evaluate: the network that their choices make, whichever choices these are, with the
/// hyperparameters that it is trained with.
///
/// Building an architecture takes longer than reading a trial, so what was built once is remembered.
final class TriedNetworks: Sendable {
  private let space: any ArchitectureSpace
  private let featureShape: [Int]
  private let outputWidth: Int
  /// What evaluates what, by the hash of all its values; nil for values that make no architecture of the space.
  private let known = Mutex<[String: String?]>([:])

  init(of space: any ArchitectureSpace, samples: Dataset) {
    self.space = space
    featureShape = samples.featureShape
    outputWidth = samples.target.outputWidth
  }

  /// What an architecture is evaluated as with the values of a trial, its own choices among them.
  func key(of architecture: Architecture, values: OrderedDictionary<String, Choice>) throws -> String {
    let hash = Genome(values).hash
    if case .some(.some(let key)) = known.withLock({ $0[hash] }) { return key }
    let key = try Self.key(architecture, values)
    known.withLock { _ = $0.updateValue(key, forKey: hash) }
    return key
  }

  /// What the values of a trial evaluate; nil where they make no architecture of the space, as those of a trial do that has
  /// not chosen yet, or that is of another version of the study file.
  func key(of values: OrderedDictionary<String, Choice>) throws -> String? {
    let hash = Genome(values).hash
    if case .some(let key) = known.withLock({ $0[hash] }) { return key }
    var key: String?
    do {
      let architecture = try space.architecture(featureShape: featureShape, outputWidth: outputWidth) { name, _ in
        guard let choice = values[name] else {
          throw ArchitectureError(.invalidGenome, "nothing is chosen for '\(name)'")
        }
        return choice
      }
      key = try Self.key(architecture, values)
    } catch is ArchitectureError {}
    known.withLock { _ = $0.updateValue(key, forKey: hash) }
    return key
  }

  private static func key(_ architecture: Architecture, _ values: OrderedDictionary<String, Choice>) throws -> String {
    let others = values.filter { architecture.genome.choices[$0.key] == nil }
    return try "\(architecture.networkHash) \(Genome(others).hash)"
  }
}
