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
    for (name, value) in sample { members[name] = (try? space[name]?.external(value))?.json }
    guard !members.isEmpty else { return [:] }
    // The text is ASCII, so that every byte is a character.
    let text = Array(JSONValue.object(members).serialized(.python).utf8)
    var attributes: OrderedDictionary<String, JSONValue> = [:]
    for start in stride(from: 0, to: text.count, by: pieceLength) {
      let piece = text[start..<min(start + pieceLength, text.count)]
      attributes["\(FrozenTrial.jointSamplePrefix)\(start / pieceLength)"] = .string(
        String(decoding: piece, as: UTF8.self))
    }
    return attributes
  }
}
