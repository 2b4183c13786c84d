import HPO
import OrderedCollections

/// How the precision was chosen where the study file says `auto`.
enum PrecisionChoice: String {
  case measured = "the faster one here"
  case ofTrial = "as in the trial"
}

/// What a finished training is told by.
struct TrainingReport {
  let model: TrainedModel
  /// What was reported of the epochs.
  let metric: Metric
  let result: TrainingResult
  let test: Metrics
  /// The model's file; nil where it could not be written.
  let path: String?
  /// How long this process has trained, which went on after so many whole epochs of another one; nil where there was none.
  let seconds: Double
  let epochsBefore: Int?
  /// The folds of a cross-validation, of which the first was trained.
  let folds: Int?
  let diagnosis: TrainingDiagnosis?
  /// What products were computed in, and how that was chosen where it was to be.
  let precision: (used: Precision, choice: PrecisionChoice?)

  /// For people, a line a fact.
  var text: String {
    var lines = [("epochs", "\(result.history.count), of which \(result.best.epoch) was best")]
    for name in Metric.allCases {
      guard let validation = result.best.validation[name], let test = test[name] else { continue }
      lines.append((name.rawValue, "\(shortNumber(validation)) validation, \(shortNumber(test)) test"))
    }
    if result.best.value != result.best.validation[metric] {
      lines.append(
        ("average", "\(metric.rawValue) \(shortNumber(result.best.value)) in the best epoch, over those before it"))
    }
    if let folds { lines.append(("fold", "the first of \(folds); a search measures a trial on all of them")) }
    if let diagnosis { lines.append(("diagnosis", diagnosis.description)) }
    if precision.choice != nil || precision.used != .float32 {
      lines.append(("precision", precision.used.rawValue + (precision.choice.map { ", \($0.rawValue)" } ?? "")))
    }
    lines.append(("parameters", "\(model.parameterCount)"))
    let since = epochsBefore.map { ", since it went on after \(counted($0, "epoch"))" } ?? ""
    lines.append(("seconds", shortNumber((seconds * 100).rounded() / 100) + since))
    lines.append(("model", path ?? "not written"))
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
        "epoch": .int(report.epoch), "trainingLoss": .double(report.trainingLoss), "value": .double(report.value),
        "validation": object(report.validation),
      ])
    }
    return JSONValue.object([
      "model": path.map(JSONValue.string) ?? .null, "parameters": .int(model.parameterCount),
      "bestEpoch": .int(result.best.epoch),
      "validation": object(result.best.validation), "test": object(test), "seconds": .double(seconds),
      "epochsBefore": epochsBefore.map { .int($0) } ?? .null, "folds": folds.map { .int($0) } ?? .null,
      "precision": .string(precision.used.rawValue), "diagnosis": diagnosis.map { .string($0.description) } ?? .null,
      "history": .array(history),
    ]).serialized(.pretty) + "\n"
  }
}
