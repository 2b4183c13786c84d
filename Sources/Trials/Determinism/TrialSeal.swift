import OrderedCollections
package import SearchSpace

/// What a finished trial was as it ended, as far as other trials are suggested and pruned by it: state and values in words,
/// all else as checksums.
package struct TrialSeal: Sendable, Hashable {
  package var state: TrialState
  package var values: [Double]
  /// Of names, distributions and internal values.
  package var parameters: Checksum
  /// Of the intermediate values.
  package var reports: Checksum
  /// Of constraints, grid points, replicates, and what the trial saw.
  package var attributes: Checksum

  /// Of a finished trial.
  package init(of trial: FrozenTrial) {
    state = trial.state
    values = trial.values.map(\.canonical)
    parameters = Checksum { writer in
      writer.write(trial.parameters.elements.sorted { $0.key.precedesByScalars($1.key) }) { writer, element in
        writer.write(element.key)
        writer.write(element.value.distribution.json)
        writer.write(element.value.value.canonical)
      }
    }
    reports = Checksum { writer in
      writer.write(trial.intermediateValues) { writer, report in
        writer.write(report.step)
        writer.write(report.value.canonical)
      }
    }
    attributes = Checksum { writer in
      let decisive = trial.systemAttributes.elements.filter { Self.isDecisive(attribute: $0.key) }
      writer.write(decisive.sorted { $0.key.precedesByScalars($1.key) }) { writer, element in
        writer.write(element.key)
        writer.write(element.value.serialized(.python))
      }
    }
  }

  /// Whether other trials depend on a system attribute, or it says how the trial came about.
  private static func isDecisive(attribute key: String) -> Bool {
    ![FrozenTrial.sealKey, FrozenTrial.folderKey].contains(key) && FrozenTrial.isOfOneNumber(attribute: key)
      || [
        FrozenTrial.fixedParametersKey, FrozenTrial.replicatedKey, FrozenTrial.reusedKey, FrozenTrial.repeatedKey,
        GridVisits.spaceKey, GridVisits.pointKey, FrozenTrial.constraintListKey,
      ].contains(key) || key.hasPrefix(FrozenTrial.constraintPrefix)
  }

  package var json: JSONValue {
    [
      "state": .string(state.rawValue), "values": .array(values.map(JSONValue.double)), "params": parameters.json,
      "reports": reports.json, "attributes": attributes.json,
    ]
  }

  /// Nil for what is no seal.
  package init?(json: JSONValue) {
    guard let state = json["state"]?.stringValue.flatMap(TrialState.init(rawValue:)),
      let values = json["values"]?.arrayValue, let parameters = json["params"].flatMap(Checksum.init(json:)),
      let reports = json["reports"].flatMap(Checksum.init(json:)),
      let attributes = json["attributes"].flatMap(Checksum.init(json:))
    else { return nil }
    self.state = state
    self.values = values.compactMap { $0.doubleValue?.canonical }
    self.parameters = parameters
    self.reports = reports
    self.attributes = attributes
  }
}

extension FrozenTrial {
  /// What the trial was as it ended, where that is on record.
  package var seal: TrialSeal? { systemAttributes[Self.sealKey].flatMap(TrialSeal.init(json:)) }
}

/// What the finished trials of a study are, taken in by ascending number.
package struct StudyDigest: Sendable, Hashable {
  /// Of all trials so far.
  package private(set) var checksum = Checksum(bits: 0)

  package init() {}

  /// Takes in the next trial.
  package mutating func append(_ trial: FrozenTrial) {
    let seal = TrialSeal(of: trial)
    checksum = Checksum { writer in
      writer.write(checksum.bits)
      writer.write(trial.number)
      writer.write(seal.state.rawValue)
      writer.write(seal.values) { $0.write($1) }
      writer.write(seal.parameters.bits)
      writer.write(seal.reports.bits)
      writer.write(seal.attributes.bits)
    }
  }
}

extension Double {
  /// The number as every storage gives it back: one zero, and one NaN.
  fileprivate var canonical: Double { isNaN ? .nan : self == 0 ? 0 : self }
}
