package import OrderedCollections
package import SearchSpace

extension FrozenTrial {
  /// What the system attributes with a trial's joint sample begin with: Optuna's TPE writes and reads them too. They hold
  /// the JSON of the external values by name, cut into pieces.
  package static let jointSamplePrefix = "tpe:relative_params:"

  /// The values that were drawn jointly for the trial, in external form by name; empty where there are none or a piece is
  /// missing. They are on record before the first of them is suggested, so that other processes know them and a trial
  /// that is run again has them again.
  package var jointSample: OrderedDictionary<String, Choice> {
    guard !systemAttributes.isEmpty else { return [:] }
    var text = ""
    var index = 0
    while let piece = systemAttributes["\(Self.jointSamplePrefix)\(index)"]?.stringValue {
      text += piece
      index += 1
    }
    guard index > 0, let value = try? JSONValue(parsing: text), case .object(let members) = value else { return [:] }
    return members.compactMapValues(Choice.init(json:))
  }
}
