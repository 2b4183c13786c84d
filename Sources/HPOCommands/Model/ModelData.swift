import ArgumentParser
import Foundation
import HPO
import Spelling
import StudyConfiguration

/// The samples that a model is used on.
struct ModelData: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The samples: a CSV file, a folder of IDX files, digits or fashion-mnist (its test part).", valueName: "source"))
  var data: String?

  @Option(help: "The study file on whose test part the model is used, in place of --data.")
  var config: String?

  @Option(
    help: "The column of a CSV file that holds what is predicted. (default: the one that the model was trained on)")
  var target: String?

  func validate() throws {
    guard (data == nil) != (config == nil) else {
      throw ValidationError("which samples? Give --data FILE, or --config FILE for the test part of its data")
    }
  }

  /// Reads the samples that ranges are found on and those that are measured, features as they come: the training and the
  /// test part, where the data have such, else all for both.
  func parts(for model: TrainedModel) throws -> (calibration: Dataset, test: Dataset) {
    if let config {
      let splits = try Self.splits(config)
      return (splits.training, splits.test)
    }
    if data == IDXFolder.fashionMNIST.name {
      let (training, test) = try IDXFolder.fashionMNIST.load()
      return (training, test)
    }
    if let data, Self.isFolder(data) {
      let (training, test) = try IDXFolder(path: data).load()
      return (training, test)
    }
    let all = try load(for: model, isTargetNeeded: true)
    return (all, all)
  }

  /// Reads samples to train a model further on, features as they come: the parts of the study file, where it is given; else
  /// a fifth for validation, and the test part that comes with the data or another fifth.
  func splits(for model: TrainedModel) throws -> DatasetSplits {
    if let config { return try Self.splits(config) }
    let folder: IDXFolder? =
      data == IDXFolder.fashionMNIST.name
      ? .fashionMNIST : data.flatMap { Self.isFolder($0) ? IDXFolder(path: $0) : nil }
    if let folder {
      let (training, test) = try folder.load()
      return try training.split(test: test, seed: 0)
    }
    return try load(for: model, isTargetNeeded: true).split(seed: 0)
  }

  /// The parts of a study file's data.
  static func splits(_ config: String) throws -> DatasetSplits {
    guard let objective = try StudyConfiguration(contentsOf: config).objective?.training else {
      throw ValidationError("\(config): the study file has no objective, so there are no data")
    }
    let (samples, test) = try objective.data.load()
    return try objective.split.splits(of: samples, test: test)[0]
  }

  /// Reads the samples, features as they come.
  ///
  /// - Parameter isTargetNeeded: Whether what is predicted must be known.
  func load(for model: TrainedModel, isTargetNeeded: Bool) throws -> Dataset {
    if let config { return try Self.splits(config).test }
    guard let data else { preconditionFailure("validate() asks for one of both") }
    if let set = EmbeddedDataset(rawValue: data) { return try set.load() }
    if data == IDXFolder.fashionMNIST.name { return try IDXFolder.fashionMNIST.load().test }
    let names = EmbeddedDataset.allCases.map(\.rawValue) + [IDXFolder.fashionMNIST.name]
    if !data.contains("/"), !data.contains("."), let near = NearestName.find(data, among: names) {
      throw ValidationError("--data \(data): there is no such data set; did you mean '\(near)'?")
    }
    if Self.isFolder(data) { return try IDXFolder(path: data).load().test }
    let target = target ?? (isTargetNeeded ? model.provenance["target"] : nil)
    if isTargetNeeded, target == nil {
      throw ValidationError("which column holds what is predicted? Give --target NAME")
    }
    guard !model.featureNames.isEmpty else {
      throw ValidationError("--data \(data): the model was trained on images, and a CSV file holds a table")
    }
    let task: DatasetTask = if case .classes = model.target { .classification } else { .regression }
    return try Dataset.csv(
      file: data, features: model.featureNames, target: target, options: CSVOptions(task: task))
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}
