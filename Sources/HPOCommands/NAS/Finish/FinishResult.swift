import Foundation
import HPO
import OrderedCollections
import StudyConfiguration

/// What became of one architecture: several trainings, and the files of the best of them.
struct FinishResult {
  let trial: FrozenTrial
  let architecture: Architecture
  let runs: [ArchitectureFinisher.Run]
  /// The run of the best integer model on the validation samples; the test samples decide nothing.
  let chosen: ArchitectureFinisher.Run
  let metric: Metric
  /// The files that were written, by what they are.
  let files: OrderedDictionary<String, String>
  let verification: ModelVerification
  /// Rows of the true class, columns of what it was taken for; nil where a value is predicted.
  let confusion: (names: [String], counts: [[Int]])?
  /// For each layer the metric on the validation samples at each of `sensitivityBits`.
  let sensitivity: [(layer: String, values: [Double])]
  static let sensitivityBits = [8, 4, 2]
  let flashBytes: Int
  let activationBytes: Int
  /// Seconds of one inference: with floating-point numbers, and with the integer engine.
  let latency: (float: Double, integers: Double)

  /// What all runs reached on the test samples: with floating-point numbers, and with integers.
  var float32: SeedInterval { SeedInterval(runs.compactMap { $0.model.metrics["test"]?[metric] }) }
  var int8: SeedInterval { SeedInterval(runs.compactMap { $0.model.metrics["int8 test"]?[metric] }) }

  /// All figures.
  var json: JSONValue {
    var costs: OrderedDictionary<String, JSONValue> = [:]
    costs["flashBytes"] = .int(flashBytes)
    costs["activationBytes"] = .int(activationBytes)
    costs["parameters"] = .int(architecture.footprint.parameters)
    costs["macs"] = .int(architecture.footprint.multiplyAccumulates)
    costs["float32 latency"] = .double(latency.float)
    costs["integer latency"] = .double(latency.integers)
    var members: OrderedDictionary<String, JSONValue> = [
      "trial": .int(trial.number), "architecture": .string(architecture.genome.hash),
      "genome": .object(architecture.genome.choices.mapValues(\.json)), "metric": .string(metric.rawValue),
      "float32": float32.json, "int8": int8.json, "chosen seed": .int(chosen.seed),
      "chosen int8": .double(chosen.model.metrics["int8 test"]?[metric] ?? .nan), "costs": .object(costs),
      "files": .object(files.mapValues(JSONValue.string)),
      "verification": .array(
        verification.checks.map { check in
          [
            "form": .string(check.name), "same": check.passes.map(JSONValue.bool) ?? .null,
            "finding": .string(check.finding),
          ]
        }),
      "sensitivity": .array(
        sensitivity.map { layer, values in
          var row: OrderedDictionary<String, JSONValue> = ["layer": .string(layer)]
          for (bits, value) in zip(Self.sensitivityBits, values) { row["\(bits) bits"] = .double(value) }
          return .object(row)
        }),
    ]
    if let confusion {
      members["classes"] = .array(confusion.names.map(JSONValue.string))
      members["confusion"] = .array(confusion.counts.map { .array($0.map(JSONValue.int)) })
    }
    return .object(members)
  }
}

/// The mean over seeds with the interval that covers the expected value with 95 % of confidence, by Student's t.
struct SeedInterval {
  let values: [Double]
  let mean: Double
  /// Half the length of the interval; nil for a single seed, which says nothing of others.
  let margin: Double?

  /// Quantiles of 97.5 % for 1 to 10 degrees of freedom, and beyond.
  private static let quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228]

  init(_ values: [Double]) {
    self.values = values
    let mean = values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    self.mean = mean
    guard values.count > 1 else {
      margin = nil
      return
    }
    let freedom = values.count - 1
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(freedom)
    let quantile = freedom <= Self.quantiles.count ? Self.quantiles[freedom - 1] : 2
    margin = quantile * (variance / Double(values.count)).squareRoot()
  }

  /// With four decimals.
  var text: String {
    func rounded(_ value: Double) -> String { shortNumber((value * 1e4).rounded() / 1e4) }
    return rounded(mean) + (margin.map { " ± \(rounded($0))" } ?? "")
  }

  var json: JSONValue {
    [
      "mean": .double(mean), "margin": margin.map(JSONValue.double) ?? .null,
      "seeds": .array(values.map(JSONValue.double)),
    ]
  }
}
