import ArgumentParser
import Foundation
import HPO
import Spelling
import StudyConfiguration
import Training

/// The samples that a model is used on.
struct ModelData: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      The samples: a CSV file, NumPy's .npy or .npz, a file of IDX images or a folder of such (its test part), digits, \
      diabetes or fashion-mnist (its test part).
      """, valueName: "source"))
  var data: String?

  @Option(help: "The study file on whose test part the model is used, in place of --data.")
  var config: String?

  @Option(
    help: """
      What is predicted: the column of a CSV file or the array of an .npz, both by default those that the model was trained \
      on; or the .npy or IDX file beside --data.
      """)
  var target: String?

  @Option(help: "The array of an .npz that holds the samples. (default: the one that the model was trained on)")
  var features: String?

  func validate() throws {
    guard data == nil || config == nil else {
      throw ValidationError("--data and --config: which of both? Samples come from one of them")
    }
    guard data != nil || config != nil else {
      throw ValidationError("which samples? Give --data FILE, or --config FILE for the test part of its data")
    }
    // What tells by itself what is predicted, or what the features are.
    let source = config != nil ? "a study file" : data.flatMap { Self.isWhole($0) ? $0 : nil }
    if let source, let option = target != nil ? "--target" : features != nil ? "--features" : nil {
      throw ValidationError("\(option): \(source) has targets and features of its own; leave the option out")
    }
  }

  /// Whether a source of data is a set of samples with their targets, in which nothing is to be chosen.
  private static func isWhole(_ data: String) -> Bool {
    EmbeddedDataset(rawValue: data) != nil || data == IDXFolder.fashionMNIST.name || isFolder(data)
  }

  /// The files that are read, where what is given are such.
  var files: [String?] {
    [data, config, target] + (data.map { Self.isFolder($0) ? IDXFolder(path: $0).files : [] } ?? [])
  }

  /// Reads the samples that ranges are found on and those that are measured, standardized not yet, but with indicators in
  /// place of categorical columns: the training and the test part, where the data have such, else all for both.
  func parts(for model: TrainedModel) throws -> (calibration: Dataset, test: Dataset) {
    if let config {
      let splits = try Self.splits(config)
      return (try encoded(splits.training, for: model), try encoded(splits.test, for: model))
    }
    if data == IDXFolder.fashionMNIST.name {
      let (training, test) = try IDXFolder.fashionMNIST.load()
      return (training, test)
    }
    if let data, Self.isFolder(data) {
      let (training, test) = try Self.folder(data, for: model).load()
      return (training, test)
    }
    let all = try load(for: model, isTargetNeeded: true)
    return (all, all)
  }

  /// Whether there are samples that are kept for the test: those of the study file, or a part of the data that comes as such.
  var hasTestPart: Bool {
    config != nil || data.map { $0 == IDXFolder.fashionMNIST.name || Self.isFolder($0) } ?? false
  }

  /// Reads the samples that a model is measured on, and tells whether a study file cuts off another test part than was cut off
  /// where the model was trained, which shows in the figures that it standardizes by.
  func measured(for model: TrainedModel) throws -> (samples: Dataset, isOfOtherSplit: Bool) {
    guard let config else { return (try load(for: model, isTargetNeeded: true), false) }
    let objective = try Self.objective(config)
    let splits = try Self.splits(objective)
    let samples = try encoded(splits.test, for: model)
    let isOther =
      !objective.data.hasTest && (try? model.requireFit(to: splits.standardized(), as: "the model")) == nil
    return (samples, isOther)
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
  static func splits(_ config: String) throws -> DatasetSplits { try splits(objective(config)) }

  private static func splits(_ objective: TrainingObjective) throws -> DatasetSplits {
    let (samples, test) = try objective.data.load()
    return try objective.split.parts(of: samples, test: test).raw(0)
  }

  private static func objective(_ config: String) throws -> TrainingObjective {
    guard let objective = try StudyConfiguration(contentsOf: config).objective?.training else {
      throw ValidationError("\(config): the study file has no objective, so there are no data")
    }
    return objective
  }

  /// Reads the samples, standardized not yet, but with indicators in place of categorical columns.
  ///
  /// - Parameters:
  ///   - model: What they are read for.
  ///   - isTargetNeeded: Whether what is predicted must be known.
  func load(for model: TrainedModel, isTargetNeeded: Bool) throws -> Dataset {
    if let config { return try encoded(try Self.splits(config).test, for: model) }
    guard let data else { preconditionFailure("validate() asks for one of both") }
    if let set = EmbeddedDataset(rawValue: data) { return try set.load() }
    if data == IDXFolder.fashionMNIST.name { return try IDXFolder.fashionMNIST.load().test }
    let names = EmbeddedDataset.allCases.map(\.rawValue) + [IDXFolder.fashionMNIST.name]
    if !data.contains("/"), !data.contains("."), let near = NearestName.find(data, among: names) {
      throw ValidationError("--data \(data): there is no such data set; did you mean '\(near)'?")
    }
    if Self.isFolder(data) { return try Self.folder(data, for: model).load().test }
    guard FileManager.default.fileExists(atPath: data) else {
      throw ValidationError("--data \(data): there is no such file")
    }
    let format = SampleFormat(of: data)
    guard features == nil || format == .npz || data.hasSuffix(".npz") else {
      throw ValidationError("--features: only an .npz has arrays to choose from; leave the option out")
    }
    switch format {
    case .npy:
      return try model.samples(features: .file(data), target: try fileOfTargets(isTargetNeeded).map { .file($0) })
    case .idx: return try model.samples(images: data, labels: try fileOfTargets(isTargetNeeded))
    case .npz: return try archive(data, for: model, isTargetNeeded: isTargetNeeded)
    case .text:
      // Its reader tells what the file should begin with.
      if data.hasSuffix(".npy") { return try model.samples(features: .file(data), target: nil) }
      if data.hasSuffix(".npz") { return try archive(data, for: model, isTargetNeeded: isTargetNeeded) }
      return try table(data, for: model, isTargetNeeded: isTargetNeeded)
    }
  }

  private func fileOfTargets(_ isNeeded: Bool) throws -> String? {
    if isNeeded, target == nil {
      throw ValidationError("which file holds what is predicted? Give --target FILE")
    }
    return target
  }

  private func archive(_ path: String, for model: TrainedModel, isTargetNeeded: Bool) throws -> Dataset {
    guard let features = features ?? model.provenance["features"] else {
      let names = try NumpyData.names(inArchive: path).joined(separator: ", ")
      throw ValidationError("which array of \(path) holds the samples? Give --features NAME; it holds \(names)")
    }
    let target = target ?? (isTargetNeeded ? model.provenance["target"] : nil)
    if isTargetNeeded, target == nil {
      throw ValidationError("which array of \(path) holds what is predicted? Give --target NAME")
    }
    return try model.samples(features: .member(features, of: path), target: target.map { .member($0, of: path) })
  }

  private func table(_ path: String, for model: TrainedModel, isTargetNeeded: Bool) throws -> Dataset {
    let target = target ?? (isTargetNeeded ? model.provenance["target"] : nil)
    if isTargetNeeded, target == nil {
      throw ValidationError("which column holds what is predicted? Give --target NAME")
    }
    guard !model.featureNames.isEmpty else {
      throw ValidationError(
        "--data \(path): the model was trained on images or arrays, whose features have no names, and a CSV file holds a "
          + "table of named columns")
    }
    let task: DatasetTask = if case .classes = model.target { .classification } else { .regression }
    let delimiter = model.provenance["delimiter"].flatMap(CSVOptions.Delimiter.init(rawValue:))
    // Rows that training left out are left out of what is measured, but each sample gets its prediction.
    let missing = model.provenance["missingValues"].flatMap(CSVOptions.MissingValues.init(rawValue:))
    let samples = try Dataset.csv(
      file: path, features: model.encoding?.columns.map(\.name) ?? model.featureNames, target: target,
      options: CSVOptions(
        task: task, delimiter: delimiter ?? .automatic, missingValues: isTargetNeeded ? missing ?? .reject : .reject,
        categoricalColumns: model.encoding?.categoricalColumns ?? []))
    return try encoded(samples, for: model)
  }

  /// The samples with indicators of the model's categories; categories that it does not know are told.
  private func encoded(_ samples: Dataset, for model: TrainedModel) throws -> Dataset {
    guard let encoding = model.encoding else { return samples }
    let encoded = try encoding.applied(to: samples)
    let unknown = encoding.unknownCategories(in: samples)
    for (column, category, count) in unknown.prefix(10) {
      Terminal.writeError(
        "note: \"\(category)\" of the column \"\(column)\" is no category that the model was trained on (\(count) "
          + "\(count == 1 ? "sample" : "samples")); it counts as none of them\n")
    }
    if unknown.count > 10 { Terminal.writeError("note: and \(unknown.count - 10) more such categories\n") }
    return encoded
  }

  /// A folder of IDX files, whose labels mean what they mean to the model.
  private static func folder(_ path: String, for model: TrainedModel) -> IDXFolder {
    guard case .classes(let names) = model.target, !model.target.hasNumberedClasses else {
      return IDXFolder(path: path)
    }
    return IDXFolder(path: path, classes: names)
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}

/// What a file of samples is, by its first bytes.
private enum SampleFormat {
  case text, npy, npz, idx

  /// A file that cannot be read is taken for a text, whose reader tells why.
  init(of path: String) {
    var status = stat()
    // Opening a pipe would wait for its writer.
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      let bytes = try? FileHandle(forReadingAtPath: path)?.read(upToCount: 4)
    else {
      self = .text
      return
    }
    switch Array(bytes) {
    case [0x93, 0x4E, 0x55, 0x4D]: self = .npy
    case let bytes where bytes.starts(with: [0x50, 0x4B]): self = .npz
    case let bytes where bytes.starts(with: [0x1F, 0x8B]) || bytes.starts(with: [0, 0]): self = .idx
    default: self = .text
    }
  }
}
