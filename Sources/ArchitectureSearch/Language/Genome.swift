public import OrderedCollections
import Samplers
public import SearchSpace

/// What decides an architecture: each choice that its builder asked for, by its path, with the value it was given.
///
/// Choices that nothing asked for are not there, so that architectures of one space are equal where their genomes are. A choice
/// may be without effect all the same, such as the width of a layer whose output nothing reads.
public struct Genome: Hashable, Sendable {
  /// The choices, sorted by name.
  public let choices: OrderedDictionary<String, Choice>

  /// Makes a genome of choices in any order.
  public init(_ choices: OrderedDictionary<String, Choice>) {
    self.choices = OrderedDictionary(uniqueKeysWithValues: choices.elements.sorted { $0.key.precedesByScalars($1.key) })
  }

  /// Reads what `canonicalJSON` wrote, whatever the order of its members.
  ///
  /// - Throws: `ArchitectureError` of code `invalidGenome` for anything but one object of scalars.
  public init(json text: String) throws(ArchitectureError) {
    let value: JSONValue
    do { value = try JSONValue(parsing: text) } catch {
      throw ArchitectureError(.invalidGenome, "the genome is no JSON: \(error)")
    }
    guard case .object(let members) = value else {
      throw ArchitectureError(.invalidGenome, "a genome is a JSON object such as {\"depth\": 2}")
    }
    var choices: OrderedDictionary<String, Choice> = [:]
    for (name, value) in members {
      guard let choice = Choice(json: value) else {
        throw ArchitectureError(.invalidGenome, "the genome has a list or an object for '\(name)', which is no choice")
      }
      choices[name] = choice
    }
    self.init(choices)
  }

  /// The choices as one JSON object in one line, sorted by name: the same text for equal genomes on every machine.
  public var canonicalJSON: String { JSONValue.object(choices.mapValues(\.json)).serialized(.python) }

  /// Tells genomes apart: FNV-1a of 64 bits over the bytes of `canonicalJSON`, in 16 hexadecimal digits.
  ///
  /// Among a million genomes two have the same hash with a probability of 3e-8. Different genomes may make the same network;
  /// see `Architecture.networkHash`.
  public var hash: String { Self.digits(of: Draw.hash(canonicalJSON)) }

  /// A hash as it is written.
  static func digits(of hash: UInt64) -> String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
