import HPO
import OrderedCollections

extension FinishResult {
  /// Reads what `json` wrote; nil where it is not whole.
  ///
  /// - Parameters:
  ///   - json: The figures.
  ///   - architecture: That of the trial.
  init?(json: JSONValue, architecture: Architecture) {
    guard let trial = json["trial"]?.intValue, let metric = json["metric"]?.stringValue.flatMap(Metric.init(rawValue:)),
      let epochs = json["epochs"]?.intValue, let awareEpochs = json["awareEpochs"]?.intValue,
      let seeds = json["seeds"]?.arrayValue?.map(Seed.init(json:)), !seeds.isEmpty,
      let exported = json["exported"], let seed = exported["seed"]?.intValue,
      let form = exported["form"]?.stringValue.flatMap(FinishedForm.init(rawValue:)),
      let costs = json["costs"], let flash = costs["flashBytes"]?.intValue,
      let activations = costs["activationBytes"]?.intValue, let arena = costs["arenaBytes"]?.intValue,
      let float = costs["latency"]?["float32"]?.doubleValue, let integers = costs["latency"]?["int8"]?.doubleValue,
      case .object(let files)? = json["files"], let checks = json["verification"]?.arrayValue?.map(Self.check),
      let sensitivity = json["sensitivity"]?.arrayValue?.map(LayerSensitivity.init(json:)),
      let limits = json["limits"]?.arrayValue?.map(KeptLimit.init(json:))
    else { return nil }
    let knownSeeds = seeds.compactMap { $0 }
    let (knownChecks, knownLimits) = (checks.compactMap { $0 }, limits.compactMap { $0 })
    let (knownLayers, names) = (sensitivity.compactMap { $0 }, files.compactMapValues(\.stringValue))
    let confusion = Self.confusion(json)
    guard knownSeeds.count == seeds.count, knownChecks.count == checks.count, knownLimits.count == limits.count,
      knownLayers.count == sensitivity.count, names.count == files.count,
      knownSeeds.first(where: { $0.seed == seed })?.values[form] != nil,
      (confusion == nil) == (json["confusion"] == nil)
    else { return nil }
    self.init(
      trial: trial, architecture: architecture, metric: metric, epochs: (epochs, awareEpochs), seeds: knownSeeds,
      exported: (seed, form), bytes: Bytes(flash: flash, activations: activations, arena: arena), files: names,
      verification: ModelVerification(checks: knownChecks), confusion: confusion, sensitivity: knownLayers,
      latency: (float, integers), limits: knownLimits)
  }

  private static func check(_ json: JSONValue) -> ModelVerification.Check? {
    guard let name = json["form"]?.stringValue, let finding = json["finding"]?.stringValue else { return nil }
    return ModelVerification.Check(
      name: name, passes: json["same"]?.boolValue, finding: finding, words: json["words"]?.stringValue ?? "")
  }

  private static func confusion(_ json: JSONValue) -> (names: [String], counts: [[Int]])? {
    guard let names = json["classes"]?.arrayValue?.compactMap(\.stringValue),
      let counts = json["confusion"]?.arrayValue?.map({ $0.arrayValue?.compactMap(\.intValue) ?? [] }),
      !names.isEmpty, counts.count == names.count, counts.allSatisfy({ $0.count == names.count })
    else { return nil }
    return (names, counts)
  }
}

extension FinishResult.Seed {
  fileprivate init?(json: JSONValue) {
    guard let seed = json["seed"]?.intValue else { return nil }
    var values: [FinishedForm: (validation: Double, test: Double)] = [:]
    for form in FinishedForm.allCases {
      guard let figures = json[form.rawValue] else { continue }
      guard let validation = figures["validation"]?.doubleValue, let test = figures["test"]?.doubleValue else {
        return nil
      }
      values[form] = (validation, test)
    }
    self.init(seed: seed, values: values)
  }
}

extension LayerSensitivity {
  fileprivate init?(json: JSONValue) {
    guard case .object(let members) = json, let layer = members["layer"]?.stringValue else { return nil }
    var (bits, values): ([Int], [Double]) = ([], [])
    for (name, value) in members where name != "layer" {
      guard name.hasSuffix(" bits"), let width = Int(name.dropLast(5)), let figure = value.doubleValue else {
        return nil
      }
      bits.append(width)
      values.append(figure)
    }
    self.init(layer: layer, bits: bits, values: values)
  }
}

extension KeptLimit {
  fileprivate init?(json: JSONValue) {
    guard let cost = json["cost"]?.stringValue.flatMap(ArchitectureCost.init(rawValue:)),
      let most = json["most"]?.doubleValue, let value = json["exported"]?.doubleValue
    else { return nil }
    self.init(cost: cost, most: most, value: value)
  }
}

extension [FinishResult] {
  /// The forms that at least one of them was made in.
  var forms: [FinishedForm] { FinishedForm.allCases.filter { form in contains { $0.forms.contains(form) } } }
}
