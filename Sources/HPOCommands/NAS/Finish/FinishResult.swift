import HPO
import OrderedCollections

/// What became of one architecture: several trainings, and the files of the best integer model.
struct FinishResult {
  /// What one training reached in each form, with the metric of the study.
  struct Seed {
    let seed: Int
    let values: [FinishedForm: (validation: Double, test: Double)]
  }

  /// What the exported model takes, in bytes.
  struct Bytes {
    let flash: Int
    /// All activations that live at the same time, at their peak.
    let activations: Int
    /// The one block in which activations are placed.
    let arena: Int
  }

  /// The number of the trial.
  let trial: Int
  let architecture: Architecture
  let metric: Metric
  /// The epochs of a training, and those of the further training with rounded numbers.
  let epochs: (float: Int, aware: Int)
  let seeds: [Seed]
  /// The training and the form that are exported.
  let exported: (seed: Int, form: FinishedForm)
  let bytes: Bytes
  /// The files that were written, by what they are, relative to the folder of the report.
  let files: OrderedDictionary<String, String>
  let verification: ModelVerification
  /// Rows of the true class, columns of what it was taken for, on the test samples; nil where a value is predicted.
  let confusion: (names: [String], counts: [[Int]])?
  let sensitivity: [LayerSensitivity]
  /// Seconds of one inference on this machine, on one thread: with floating-point numbers, and by the integer engine.
  let latency: (float: Double, integers: Double)
  /// What the exported model costs against each limit of the search.
  let limits: [KeptLimit]

  /// The forms that were made.
  var forms: [FinishedForm] { FinishedForm.allCases.filter { seeds.first?.values[$0] != nil } }

  /// What all seeds reached on the test samples.
  func interval(_ form: FinishedForm) -> MeanInterval { MeanInterval(seeds.compactMap { $0.values[form]?.test }) }

  /// What the exported model reaches on the test samples.
  var exportedValue: Double { exportedValues.test }

  private var exportedValues: (validation: Double, test: Double) {
    seeds.first { $0.seed == exported.seed }?.values[exported.form] ?? (.nan, .nan)
  }

  /// All figures.
  var json: JSONValue {
    var members: OrderedDictionary<String, JSONValue> = [
      "trial": .int(trial), "architecture": .string(architecture.genome.hash),
      "genome": .object(architecture.genome.choices.mapValues(\.json)), "metric": .string(metric.rawValue),
      "epochs": .int(epochs.float), "awareEpochs": .int(epochs.aware),
    ]
    for form in forms { members[form.rawValue] = interval(form).json }
    members["seeds"] = .array(seeds.map(json(of:)))
    members["exported"] = [
      "seed": .int(exported.seed), "form": .string(exported.form.rawValue),
      "validation": .double(exportedValues.validation),
      "test": .double(exportedValue),
    ]
    members["costs"] = costs
    members["limits"] = .array(limits.map(\.json))
    members["schedule"] = .array(
      architecture.footprint.steps.map { step in
        [
          "layer": .string(step.name), "operation": .string(step.operation),
          "bits": step.weightBits.map(JSONValue.int) ?? .null,
          "macs": .int(step.multiplyAccumulates), "flashBytes": .int(step.flashBytes),
          "liveBytes": .int(step.liveBytes),
        ]
      })
    members["files"] = .object(files.mapValues(JSONValue.string))
    members["verification"] = .array(
      verification.checks.map { check in
        var row: OrderedDictionary<String, JSONValue> = [
          "form": .string(check.name), "same": check.passes.map(JSONValue.bool) ?? .null,
          "finding": .string(check.finding),
        ]
        if !check.words.isEmpty { row["words"] = .string(check.words) }
        return .object(row)
      })
    members["sensitivity"] = .array(
      sensitivity.map { layer in
        var row: OrderedDictionary<String, JSONValue> = ["layer": .string(layer.layer)]
        for (bits, value) in zip(layer.bits, layer.values) { row["\(bits) bits"] = .double(value) }
        return .object(row)
      })
    if let confusion {
      members["classes"] = .array(confusion.names.map(JSONValue.string))
      members["confusion"] = .array(confusion.counts.map { .array($0.map(JSONValue.int)) })
    }
    return .object(members)
  }

  /// Whether the exported model keeps the limits, in few words.
  var limitsText: String {
    if limits.isEmpty { return "none" }
    let broken = limits.filter { !$0.isKept }
    return broken.isEmpty ? "kept" : "BROKEN: " + broken.map(\.cost.rawValue).joined(separator: ", ")
  }

  private var costs: JSONValue {
    [
      "flashBytes": .int(bytes.flash), "activationBytes": .int(bytes.activations),
      "arenaBytes": .int(bytes.arena), "parameters": .int(architecture.footprint.parameters),
      "macs": .int(architecture.footprint.multiplyAccumulates),
      "latency": ["float32": .double(latency.float), "int8": .double(latency.integers)],
    ]
  }

  private func json(of seed: Seed) -> JSONValue {
    var members: OrderedDictionary<String, JSONValue> = ["seed": .int(seed.seed)]
    for form in forms {
      guard let values = seed.values[form] else { continue }
      members[form.rawValue] = ["validation": .double(values.validation), "test": .double(values.test)]
    }
    return .object(members)
  }
}

extension MeanInterval {
  /// `0.9892 ± 0.0013`.
  var text: String {
    func rounded(_ value: Double) -> String { shortNumber((value * 1e4).rounded() / 1e4) }
    return rounded(mean) + (margin.map { " ± \(rounded($0))" } ?? "")
  }

  fileprivate var json: JSONValue {
    [
      "mean": .double(mean), "margin": margin.map(JSONValue.double) ?? .null,
      "values": .array(values.map(JSONValue.double)),
    ]
  }
}
