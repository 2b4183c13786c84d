import Foundation
import HPO
import OrderedCollections

/// Which files came of a trial, kept with its study: a user attribute of the study, `files:trial N`, that Optuna reads, too.
enum ModelLineage {
  /// What a file is, in the words of `hpo nas finish`.
  enum Form: String {
    case floatModel = "model, float32"
    case integerModel = "model, int8"
    case floatONNX = "ONNX, float32"
    case integerONNX = "ONNX, int8"
    case header = "C header"
  }

  /// Keeps a file with the study that the model comes from, where the database has it; elsewhere nothing is kept.
  ///
  /// The file is there already, so what goes wrong is told and not thrown.
  static func note(_ path: String, as form: Form, of model: TrainedModel, in options: StorageOptions) {
    guard let name = model.provenance["study"], let number = model.provenance["trial"].flatMap({ Int($0) }),
      case .file(let database)? = try? StorageLocation(parsing: options.location),
      FileManager.default.fileExists(atPath: database)
    else { return }
    do {
      try options.withStorage { storage in
        guard let record = try storage.study(named: name),
          try storage.trials(study: record.id, numbers: [number]).count == 1
        else { return }
        let key = "files:trial \(number)"
        var files: OrderedDictionary<String, JSONValue> = [:]
        if case .object(let kept)? = record.userAttributes[key] { files = kept }
        var facts: OrderedDictionary<String, JSONValue> = ["file": .string(path)]
        facts["made of"] = model.provenance["quantized from"].map(JSONValue.string)
        facts["method"] = model.quantization.map { .string($0.method) }
        for part in ["test", "int8"] {
          for metric in Metric.allCases {
            if let value = model.metrics[part]?[metric] { facts["\(part) \(metric.rawValue)"] = .double(value) }
          }
        }
        files[form.rawValue] = .object(facts)
        try storage.setStudyAttribute(key, to: .object(files), kind: .user, study: record.id)
      }
    } catch {
      Terminal.writeError("note: the study '\(name)' in \(database) does not know of \(path): \(error)\n")
    }
  }
}
