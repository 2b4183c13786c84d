import HPO
import OrderedCollections

/// What a finished training is told by.
struct TrainingReport {
  let model: TrainedModel
  let result: TrainingResult
  let test: Metrics
  let path: String
  let seconds: Double
  let diagnosis: TrainingDiagnosis?
  /// What products were computed in, and whether that was chosen by measuring.
  let precision: (used: Precision, isChosen: Bool)

  /// For people, a line a fact.
  var text: String {
    var lines = [("epochs", "\(result.history.count), of which \(result.best.epoch) was best")]
    for name in Metric.allCases {
      guard let validation = result.best.validation[name], let test = test[name] else { continue }
      lines.append((name.rawValue, "\(shortNumber(validation)) validation, \(shortNumber(test)) test"))
    }
    if let diagnosis { lines.append(("diagnosis", diagnosis.description)) }
    if precision.isChosen || precision.used != .float32 {
      lines.append(("precision", precision.used.rawValue + (precision.isChosen ? ", the faster one here" : "")))
    }
    lines.append(("parameters", "\(model.parameterCount)"))
    lines.append(("seconds", shortNumber((seconds * 100).rounded() / 100)))
    lines.append(("model", path))
    let width = lines.map(\.0.count).max() ?? 0
    return lines.map { $0 + String(repeating: " ", count: width - $0.count + 2) + $1 + "\n" }.joined()
  }

  /// For programs.
  var json: String {
    func object(_ metrics: Metrics) -> JSONValue {
      .object(
        OrderedDictionary(
          uniqueKeys: Metric.allCases.filter { metrics[$0] != nil }.map(\.rawValue),
          values: Metric.allCases.compactMap { metrics[$0] }.map(JSONValue.double)))
    }
    let history = result.history.map { report in
      JSONValue.object([
        "epoch": .int(report.epoch), "trainingLoss": .double(report.trainingLoss),
        "validation": object(report.validation),
      ])
    }
    return JSONValue.object([
      "model": .string(path), "parameters": .int(model.parameterCount), "bestEpoch": .int(result.best.epoch),
      "validation": object(result.best.validation), "test": object(test), "seconds": .double(seconds),
      "precision": .string(precision.used.rawValue), "diagnosis": diagnosis.map { .string($0.description) } ?? .null,
      "history": .array(history),
    ]).serialized(.pretty) + "\n"
  }
}
