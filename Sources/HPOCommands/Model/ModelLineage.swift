import Foundation
import HPO
import OrderedCollections
import Spelling

/// Which files came of a trial, kept with its study: a user attribute of the study for each of them, `file:PATH`, that Optuna
/// reads, too.
///
/// Each file has an attribute of its own, so that commands which run at the same time do not undo each other's.
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
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - form: What it is.
  ///   - model: What it holds.
  ///   - source: The file that it was made of; nil where it was trained from the start.
  ///   - options: Where the study is.
  static func note(
    _ path: String, as form: Form, of model: TrainedModel, madeOf source: String?, in options: StorageOptions
  ) {
    guard let name = model.provenance["study"], let number = model.provenance["trial"].flatMap({ Int($0) }),
      let database = options.file, FileManager.default.fileExists(atPath: database)
    else { return }
    do {
      try options.withStorage { storage in
        guard let record = try storage.study(named: name),
          try storage.trials(study: record.id, numbers: [number]).count == 1
        else { return }
        var facts: OrderedDictionary<String, JSONValue> = ["trial": .int(number), "form": .string(form.rawValue)]
        facts["made of"] = source.map { .string(place(of: $0, beside: database)) }
        facts["method"] = model.quantization.map { .string($0.method) }
        for part in ["test", "int8"] {
          for metric in Metric.allCases {
            if let value = model.metrics[part]?[metric] { facts["\(part) \(metric.rawValue)"] = .double(value) }
          }
        }
        try storage.setStudyAttribute(
          "file:\(place(of: path, beside: database))", to: .object(facts), kind: .user, study: record.id)
      }
    } catch {
      Terminal.writeError("note: the study '\(name.inMessage)' in \(database) does not know of \(path): \(error)\n")
    }
  }

  /// A path as seen from the folder of the database, absolute where it leads out of that: the same for one file wherever the
  /// commands run.
  static func place(of path: String, beside database: String) -> String {
    let folder = URL(fileURLWithPath: database).standardizedFileURL.deletingLastPathComponent().path
    let file = URL(fileURLWithPath: path).standardizedFileURL.path
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    return file.hasPrefix(prefix) ? String(file.dropFirst(prefix.count)) : file
  }
}
