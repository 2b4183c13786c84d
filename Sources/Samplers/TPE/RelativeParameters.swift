import OrderedCollections
import SearchSpace
import Trials

/// The values that a running trial drew jointly as system attributes, see `FrozenTrial.jointSample`, in pieces of a length
/// that every database takes.
enum RelativeParameters {
  private static let pieceLength = 2045

  static func attributes(
    for sample: OrderedDictionary<String, Double>, in space: OrderedDictionary<String, Distribution>
  ) -> OrderedDictionary<String, JSONValue> {
    var members: OrderedDictionary<String, JSONValue> = [:]
    members.reserveCapacity(sample.count)
    for (name, value) in sample { members[name] = (try? space[name]?.external(value))?.json }
    guard !members.isEmpty else { return [:] }
    // ASCII, so that every byte is a character.
    var rest = JSONValue.object(members).serialized(.python)[...]
    var attributes: OrderedDictionary<String, JSONValue> = [:]
    while !rest.isEmpty {
      let end = rest.utf8.index(rest.startIndex, offsetBy: pieceLength, limitedBy: rest.endIndex) ?? rest.endIndex
      attributes["\(FrozenTrial.jointSamplePrefix)\(attributes.count)"] = .string(String(rest[..<end]))
      rest = rest[end...]
    }
    return attributes
  }
}
