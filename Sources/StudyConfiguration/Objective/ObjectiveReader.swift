import Execution
import OrderedCollections
import SearchSpace
import Training
import Spelling

/// Reads what stands under `objective`.
struct ObjectiveReader {
  /// A hyperparameter that has one value in all trials.
  struct Known {
    enum Origin {
      /// Given in the file, at a position.
      case fixed(Position)
      /// Follows from the list of units, at a position.
      case listed(Position)
      case byDefault
    }

    /// Nil where the file's value is refused.
    let value: Choice?
    let origin: Origin

    /// The value and where it comes from: `'adam' by default`.
    func phrase(_ value: Choice) -> String {
      switch origin {
      case .fixed(let position): "fixed to '\(value)' in line \(position.line)"
      case .listed(let position): "\(value) by the list of layers in line \(position.line)"
      case .byDefault: "'\(value)' by default"
      }
    }
  }

  /// Nil where the file has mistakes in it.
  private(set) var objective: TrainingObjective?
  /// The metric, whatever else is wrong.
  private(set) var metric: Metric?
  /// The hyperparameters of the network, which the space may search.
  let hyperparameters: [Hyperparameter]
  /// What the file fixes, and the defaults of the rest.
  private(set) var known: [String: Known] = [:]

  /// Nil, with a message, where the value is no mapping.
  ///
  /// - Parameter architecture: What the file says under `architecture`; nil where it has no such key.
  init?(_ member: MappingReader.Member, architecture: ArchitectureReader?, folder: String?, log: MistakeLog) {
    // What else may stand here depends on the network; where that is mistyped, a perceptron's is expected.
    let named = member.value.member("network")
    let kind = named.flatMap(TrainingObjective.Network.init(rawValue:)) ?? (architecture == nil ? .mlp : .architecture)
    hyperparameters = Hyperparameter.all(of: kind)
    let keys =
      ["data", "split", "network", "metric", "selection", "precision", "teacher"]
      + hyperparameters.map(\.name)
    guard
      let reader = MappingReader(
        member.value, path: "objective", at: member.keyPosition, keys: keys, log: log,
        expectation: "keys such as data, network and metric")
    else { return nil }
    metric = reader.required("metric").flatMap { log.name($0.value, path: "objective.metric", kind: "metric") }
    let data = reader.required("data").flatMap { DataSource($0, metric: metric, folder: folder, log: log) }
    let network: TrainingObjective.Network? =
      named == nil && architecture != nil
      ? .architecture
      : reader.required("network").flatMap { log.name($0.value, path: "objective.network", kind: "network") }
    if let network, let member = reader.members["network"], (network == .architecture) != (architecture != nil) {
      log.report(
        .contradiction, at: member.value.position,
        architecture == nil
          ? "the network is searched among architectures, but there is no 'architecture' that tells which"
          : "the network '\(network.rawValue)' contradicts 'architecture', which searches another; leave one of them out"
      )
    }
    if network == .cnn, data?.isTable == true, let member = reader.members["network"] {
      log.report(
        .contradiction, at: member.value.position,
        "the network 'cnn' needs images, and the data are the rows of a table; take the network 'mlp'")
    }
    let split = reader.members["split"].map { DataSplit($0, log: log) } ?? DataSplit()
    if let data, data.hasTest, let member = reader.members["split"], case .mapping(let keys) = member.value.content,
      let test = keys.first(where: { $0.key == "test" })
    {
      log.report(
        .contradiction, at: test.keyPosition,
        "the data come with a test part, so that none is cut off; leave 'test' out")
    }
    let selection: Metric? = reader.name("selection", "metric")
    let precision: Precision? = reader.name("precision", "precision")
    for (key, metric) in [("metric", metric), ("selection", selection)] {
      guard let metric, let task = data?.task, metric.task != task, let value = reader.members[key]?.value else {
        continue
      }
      let fitting = Metric.allCases.filter { $0.task == task }.map(\.rawValue).joined(separator: " or ")
      log.report(
        .contradiction, at: value.position,
        "the metric '\(metric.rawValue)' is for \(metric.task.rawValue), the data for \(task.rawValue); "
          + "write \(fitting)")
    }
    let fixedWidths = readHyperparameters(reader, kind)
    let teacher = reader.text("teacher").map { $0.hasPrefix("/") || folder == nil ? $0 : "\(folder ?? ".")/\($0)" }
    if known["loss"]?.value?.description == TrainingRefinements.LossName.klDivergence.rawValue,
      let loss = reader.members["loss"], reader.members["teacher"] == nil
    {
      log.report(
        .missingKey, at: loss.value.position,
        "the loss 'klDivergence' learns what a teacher says; name its file: teacher: FILE")
    }
    guard let data, let network, let metric, let split else { return }
    var fixed: OrderedDictionary<String, Choice> = [:]
    for hyperparameter in hyperparameters {
      if let known = known[hyperparameter.name], case .fixed = known.origin { fixed[hyperparameter.name] = known.value }
    }
    objective = TrainingObjective(
      data: data, split: split, network: network, metric: metric, selection: selection, fixed: fixed,
      fixedWidths: fixedWidths, architecture: architecture?.configuration, teacher: teacher,
      precision: precision ?? .float32)
  }

  /// Reads the fixed hyperparameters, and returns the units or channels of each layer where they are listed.
  private mutating func readHyperparameters(
    _ reader: MappingReader, _ network: TrainingObjective.Network
  ) -> [Int]? {
    var fixedWidths: [Int]?
    for hyperparameter in hyperparameters {
      let name = hyperparameter.name
      guard let member = reader.members[name] else {
        known[name] = Known(value: hyperparameter.defaultValue, origin: .byDefault)
        continue
      }
      if hyperparameter == network.width, case .list(let elements) = member.value.content {
        known[name] = Known(value: nil, origin: .fixed(member.keyPosition))
        fixedWidths = widths(elements, of: hyperparameter, member, reader)
      } else {
        let value = reader.log.value(member.value, of: hyperparameter, path: "objective.\(name)")
        known[name] = Known(value: value, origin: .fixed(member.keyPosition))
      }
    }
    if let fixedWidths, let position = reader.members[network.width.name]?.keyPosition {
      if let depth = reader.members["depth"] {
        if let value = known["depth"]?.value?.wholeNumber, value != fixedWidths.count {
          reader.log.report(
            .contradiction, at: depth.value.position,
            "objective.depth is \(value), but objective.\(network.width.name) lists \(fixedWidths.count) layers")
        }
      } else {
        known["depth"] = Known(value: .int(fixedWidths.count), origin: .listed(position))
      }
    }
    return fixedWidths
  }

  private func widths(
    _ elements: [YAMLNode], of hyperparameter: Hyperparameter, _ member: MappingReader.Member, _ reader: MappingReader
  ) -> [Int]? {
    let path = "objective.\(hyperparameter.name)"
    guard 1...64 ~= elements.count else {
      reader.log.report(
        .invalidValue, at: member.value.position, "\(path): expected 1 to 64 layers, met \(elements.count)")
      return nil
    }
    let widths = elements.compactMap {
      reader.log.value($0, of: hyperparameter, path: path)?.wholeNumber
    }
    return widths.count == elements.count ? widths : nil
  }
}

extension DataSource {
  /// Reads the name of an embedded set, or the keys of a CSV file; nil, with messages, for anything else.
  fileprivate init?(_ member: MappingReader.Member, metric: Metric?, folder: String?, log: MistakeLog) {
    let path = "objective.data"
    if case .scalar(let scalar) = member.value.content, !scalar.text.isEmpty {
      if let set = EmbeddedDataset(rawValue: scalar.text) {
        self = .embedded(set)
        return
      }
      if scalar.text == IDXFolder.fashionMNIST.name {
        self = .idx(.fashionMNIST)
        return
      }
      let names = EmbeddedDataset.allCases.map(\.rawValue) + [IDXFolder.fashionMNIST.name]
      let isFile = scalar.text.contains(".") || scalar.text.contains("/")
      let hint =
        isFile
        ? "a file is written {csv: \(scalar.text.shortened), target: COLUMN}"
        : NearestName.hint(for: scalar.text, among: names)
      log.report(.unknownName, at: member.value.position, "unknown data set '\(scalar.text.shortened)'; \(hint)")
      return nil
    }
    guard
      let reader = MappingReader(
        member.value, path: path, at: member.keyPosition,
        keys: ["csv", "idx", "target", "task"] + Self.keysOfTables + NumpyData.keys, log: log,
        expectation: "a data set such as digits, or {csv: FILE, target: COLUMN}")
    else { return nil }
    Self.checkKeys(reader)
    if reader.members["idx"] != nil {
      guard let path = reader.text("idx") else { return nil }
      let isComplete = path.hasPrefix("/") || folder == nil
      self = .idx(IDXFolder(path: isComplete ? path : "\(folder ?? ".")/\(path)"))
      return
    }
    if reader.members["npy"] != nil || reader.members["npz"] != nil {
      guard let arrays = NumpyData(reader, metric: metric, folder: folder) else { return nil }
      self = .numpy(arrays)
      return
    }
    let file = reader.required("csv") == nil ? nil : reader.text("csv")
    let target = reader.required("target") == nil ? nil : reader.text("target")
    let task: DatasetTask? = reader.name("task", "task")
    let delimiter: CSVOptions.Delimiter? = reader.name("delimiter", "delimiter")
    let missingValues: CSVOptions.MissingValues? = reader.name("missingValues", "treatment of missing values")
    let ignoredColumns = reader.texts("ignoredColumns") ?? []
    let categoricalColumns = reader.texts("categoricalColumns") ?? []
    // Without a metric, which is reported, the task is of no consequence.
    guard let file, let target, let task = task ?? metric?.task else { return nil }
    let isRelative = !file.hasPrefix("/")
    self = .csv(
      CSV(
        path: isRelative ? (folder.map { "\($0)/" } ?? "") + file : file, target: target,
        options: CSVOptions(
          task: task, delimiter: delimiter ?? .automatic, missingValues: missingValues ?? .reject,
          ignoredColumns: ignoredColumns, categoricalColumns: categoricalColumns)))
  }
}

extension DataSource {
  /// The keys of a CSV file, beside its name, `target` and `task`.
  private static let keysOfTables = ["delimiter", "missingValues", "ignoredColumns", "categoricalColumns"]

  /// Reports the keys that say nothing of the kind of files that is named.
  private static func checkKeys(_ reader: MappingReader) {
    let files = ["idx", "npz", "npy", "csv"].filter { reader.members[$0] != nil }
    guard let kind = files.first else { return }
    let own =
      switch kind {
      case "idx": ["idx"]
      case "csv": ["csv", "target", "task"] + keysOfTables
      default: ["target", "task"] + NumpyData.keys
      }
    for member in reader.members.values where !own.contains(member.key) {
      reader.log.report(
        .contradiction, at: member.keyPosition,
        "objective.data.\(member.key) has no effect on samples of '\(kind)'; leave it out")
    }
  }
}

extension DataSplit {
  /// Reads the fractions; nil, with messages, for anything else.
  fileprivate init?(_ member: MappingReader.Member, log: MistakeLog) {
    guard
      let reader = MappingReader(
        member.value, path: "objective.split", at: member.keyPosition, keys: ["validation", "folds", "test", "seed"],
        log: log, expectation: "fractions such as {validation: 0.2, test: 0.2}")
    else { return nil }
    self.init()
    validation = reader.number("validation", in: .above(0).below(1)) ?? validation
    test = reader.number("test", in: .above(0).below(1)) ?? test
    seed = reader.wholeNumber("seed", in: 0...Int.max).map(UInt64.init) ?? seed
    folds = reader.wholeNumber("folds", in: 2...100)
    if folds != nil {
      guard let fraction = reader.members["validation"] else { return }
      log.report(
        .contradiction, at: fraction.keyPosition,
        "objective.split: each fold is validated on in turn, so that there is no fraction for it; leave 'validation' or "
          + "'folds' out")
      return nil
    }
    if validation + test >= 1 {
      log.report(
        .contradiction, at: member.value.position,
        "objective.split: validation \(validation) and test \(test) leave nothing to train on; they must be below 1 together"
      )
      return nil
    }
  }
}
