import HPO

/// The numbers that a finished architecture computes with.
enum FinishedForm: String, CaseIterable, Sendable {
  /// As it was trained.
  case float32
  /// Integers that were found after the training.
  case postTraining = "ptq"
  /// Integers for which it was trained further, with rounded numbers.
  case aware = "qat"

  /// What stands in tables.
  var title: String {
    switch self {
    case .float32: "float32"
    case .postTraining: "PTQ"
    case .aware: "QAT"
    }
  }

  /// The forms that run on a device.
  static var integers: [FinishedForm] { allCases.filter { $0 != .float32 } }
}

/// One training of an architecture, in all forms.
struct FinishedRun: Sendable {
  let seed: Int
  /// The models, each with its metrics as "validation" and "test".
  let models: [FinishedForm: TrainedModel]

  func value(_ metric: Metric, of form: FinishedForm, on part: String) -> Double {
    models[form]?.metrics[part]?[metric] ?? .nan
  }
}

extension [FinishedRun] {
  /// The run and the integer form that do best on the validation samples, of equal ones that of the lower loss there; the
  /// test samples decide nothing.
  ///
  /// - Precondition: There is a run.
  func best(by metric: Metric) -> (run: FinishedRun, form: FinishedForm) {
    let candidates = flatMap { run in
      FinishedForm.integers.filter { run.models[$0] != nil }.map { (run: run, form: $0) }
    }
    func isBetter(_ first: (run: FinishedRun, form: FinishedForm), _ second: (run: FinishedRun, form: FinishedForm))
      -> Bool
    {
      for metric in [metric, metric.task == .classification ? .logLoss : .rmse] {
        let (a, b) = (
          first.run.value(metric, of: first.form, on: "validation"),
          second.run.value(metric, of: second.form, on: "validation")
        )
        if a != b { return metric.isBetter(a, than: b) }
      }
      return false
    }
    guard var best = candidates.first else { preconditionFailure("there is a run, and it has integers") }
    for candidate in candidates.dropFirst() where isBetter(candidate, best) { best = candidate }
    return best
  }
}
