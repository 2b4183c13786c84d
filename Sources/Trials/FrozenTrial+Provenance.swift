import OrderedCollections
package import SearchSpace

/// System attributes that say where a trial comes from.
extension FrozenTrial {
  /// The number of the finished trial that this one repeats, which was excluded when this one was added.
  package static let repeatedKey = "hpo:repeats"
  /// The trial of another study that this one is a copy of: an object with `study`, `number`, `started` and `file`.
  package static let sourceKey = "hpo:source"

  /// The number of the first trial with the same parameters, of a trial that ran them again with another seed.
  package static let replicatedKey = "hpo:replicate_of"
  /// The number of the trial with the same parameters whose result this one was given without being evaluated.
  package static let reusedKey = "hpo:value_of"
  /// How often the parameters were drawn again, because a trial had them already; absent for never.
  package static let redrawsKey = "hpo:redraws"
  /// The system attribute with what no two trials of a study share that have not failed, such as the hash of an architecture
  /// with its hyperparameters.
  public static let candidateKey = "hpo:candidate"

  /// Which of the folders of its number the trial has, counted from 1; absent as long as no program has been given one.
  package static let folderKey = "hpo:folder"

  /// Which of the folders of its number the trial has, counted from 1; nil as long as no program has been given one.
  package var folderPlace: Int? { systemAttributes[Self.folderKey]?.intValue }

  /// The number of the first trial with the same parameters, where this one is on record as a replicate.
  public var replicated: Int? { systemAttributes[Self.replicatedKey]?.intValue }

  /// The number of the trial whose result this one was given without being evaluated.
  public var reused: Int? { systemAttributes[Self.reusedKey]?.intValue }

  /// What no other trial of the study may have, unless this one has failed.
  package var candidate: String? { systemAttributes[Self.candidateKey]?.stringValue }

  /// How often the parameters were drawn again, because a trial had them already.
  public var redraws: Int { systemAttributes[Self.redrawsKey]?.intValue ?? 0 }

  /// The number of the finished trial that this one was added to repeat.
  public var repeated: Int? { systemAttributes[Self.repeatedKey]?.intValue }

  /// What `fixed_params` says of a copy that is to run with this trial's parameters: all that was fixed or suggested.
  package var parametersToRepeat: JSONValue {
    var members = fixedParameters
    for (name, parameter) in parameters { members[name] = parameter.external }
    return .object(members.mapValues(\.json))
  }

  /// A waiting trial that is to run as this one did: with its parameters, and with the attributes that a sampler assigned.
  package var repetition: FrozenTrial {
    var copy = FrozenTrial(id: 0, number: 0, state: .waiting)
    copy.systemAttributes = systemAttributes.filter {
      !Self.isOfOneRun(attribute: $0.key) && !Self.isOfOneNumber(attribute: $0.key)
    }
    copy.systemAttributes[Self.fixedParametersKey] = parametersToRepeat
    copy.systemAttributes[Self.repeatedKey] = .int(number)
    return copy
  }
}
