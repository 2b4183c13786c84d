import OrderedCollections
import Training

extension NumpyData {
  /// The keys of arrays under `data`, beside `target` and `task`.
  static let keys = ["npy", "npz", "features", "testFeatures", "testTarget"]

  /// Reads where the arrays are; nil, with messages, where something is missing.
  ///
  /// - Parameters:
  ///   - metric: Tells the task, unless the file does.
  ///   - folder: Where relative paths are taken from.
  init?(_ reader: MappingReader, metric: Metric?, folder: String?) {
    func path(_ text: String) -> String { text.hasPrefix("/") || folder == nil ? text : "\(folder ?? ".")/\(text)" }
    let archive = reader.text("npz").map(path)
    func place(_ text: String) -> Place { archive.map { .member(text, of: $0) } ?? .file(path(text)) }
    let isArchive = reader.members["npz"] != nil
    let featuresKey = isArchive ? "features" : "npy"
    let features = reader.required(featuresKey) == nil ? nil : reader.text(featuresKey)
    let target = reader.required("target") == nil ? nil : reader.text("target")
    if let other = reader.members[isArchive ? "npy" : "features"] {
      reader.log.report(
        .contradiction, at: other.keyPosition,
        "objective.data: an archive is written {npz: FILE, features: NAME, target: NAME}, single arrays {npy: FILE, "
          + "target: FILE}")
      return nil
    }
    let (testFeatures, testTarget) = (reader.text("testFeatures"), reader.text("testTarget"))
    if (reader.members["testFeatures"] == nil) != (reader.members["testTarget"] == nil),
      let only = reader.members["testFeatures"] ?? reader.members["testTarget"]
    {
      reader.log.report(
        .missingKey, at: only.keyPosition, "objective.data: 'testFeatures' and 'testTarget' belong together")
      return nil
    }
    let task: DatasetTask? = reader.name("task", "task")
    guard let features, let target, let task = task ?? metric?.task, !isArchive || archive != nil else { return nil }
    self.init(
      features: place(features), target: place(target), testFeatures: testFeatures.map(place),
      testTarget: testTarget.map(place), task: task)
  }
}
