package import OrderedCollections
package import SearchSpace

extension FrozenTrial {
  /// The system attribute with the parameters of a waiting trial, `{name: external value}`.
  package static let fixedParametersKey = "fixed_params"
  /// The system attribute with the reason why a trial failed.
  package static let failureKey = "failure"

  /// Whether a system attribute says something of the run that set it, rather than of the trial: it goes when the trial
  /// begins again.
  package static func isOfOneRun(attribute key: String) -> Bool {
    key == failureKey || key == replicatedKey || key == constraintListKey || key.hasPrefix(constraintPrefix)
  }

  /// Why the trial failed, where that is on record.
  public var failure: String? { systemAttributes[Self.failureKey]?.stringValue }

  /// The parameters that are given rather than sampled, in external form.
  package var fixedParameters: OrderedDictionary<String, Choice> {
    guard case .object(let members)? = systemAttributes[Self.fixedParametersKey] else { return [:] }
    return members.compactMapValues(Choice.init(json:))
  }
}
