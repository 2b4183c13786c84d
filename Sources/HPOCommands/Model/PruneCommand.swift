import ArgumentParser
import HPO
import OrderedCollections
import Spelling

struct PruneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Removes weights or whole channels of a saved model, and trains the rest on.",
    discussion: """
      --sparsity sets the smallest weights to zero, more and more of them while training goes on: the model keeps its size, \
      and its zeros stay zeros when it is quantized. --macs takes channels away until that share of the multiply-accumulates \
      is saved: a smaller network is left, which is then trained on.

      With --config the model is trained on the training part of the study file's data and measured on the test part.

      Examples:
        hpo prune digits.hpo --config Configs/digits-cnn.yaml --macs 0.4
        hpo prune fashion.hpo --data fashion-mnist --sparsity 0.9 --epochs 12 --batch-size 64
        hpo prune fashion.hpo --data fashion-mnist --pattern 2:4
        hpo quantize digits.pruned.hpo --config Configs/digits-cnn.yaml
      """)

  @Argument(help: "The model's file.")
  var model: String

  @OptionGroup var storage: StorageOptions

  @OptionGroup var samples: ModelData

  @OptionGroup var options: PruningOptions

  @Option(name: .shortAndLong, help: "The file to write. (default: the model's with .pruned.hpo)")
  var output: String?

  @Option(help: "How to write the result: table or json.")
  var format: OutputFormat = .table

  func validate() throws {
    guard format != .csv else { throw ValidationError("--format csv: one model is no table; take json") }
  }

  func run() throws {
    let original = try TrainedModel(contentsOf: model)
    let path = output ?? QuantizeCommand.defaultPath(for: model, "pruned.hpo")
    try RegularFile.requireWritable(path, keeping: [model, storage.file] + samples.files)
    let raw = try samples.splits(for: original)
    let data = try raw.standardized(as: original)
    var pruned = try options.prune(original, data: data, output: path)
    let before = try original.predictor().metrics(on: raw.test)
    let after = try pruned.predictor().metrics(on: raw.test)
    pruned.metrics["unpruned"] = before
    pruned.metrics["test"] = after
    pruned.provenance["pruned from"] = model
    try pruned.write(to: path)
    if options.epochs > 0 { CheckpointFile(of: path).remove() }
    ModelLineage.note(path, as: .floatModel, of: pruned, madeOf: model, in: storage)
    let report = PruningReport(from: original, to: pruned, before: before, after: after, path: path)
    Terminal.write(format == .json ? report.json : report.text)
  }
}

/// What a pruning is told by.
struct PruningReport {
  private let before: Metrics
  private let after: Metrics
  private let members: OrderedDictionary<String, (before: Double, after: Double)>
  private let path: String

  init(from original: TrainedModel, to pruned: TrainedModel, before: Metrics, after: Metrics, path: String) {
    self.before = before
    self.after = after
    self.path = path
    func footprint(_ model: TrainedModel) -> IntegerFootprint {
      model.network.graph.integerFootprint(of: model.network.output)
    }
    let (large, small) = (footprint(original), footprint(pruned))
    func pair(_ value: (IntegerFootprint) -> Int) -> (before: Double, after: Double) {
      (Double(value(large)), Double(value(small)))
    }
    members = [
      "sparsity": (Sparsity(of: original).share, Sparsity(of: pruned).share),
      "parameters": pair(\.parameters), "macs": pair(\.multiplyAccumulates), "flashBytes": pair(\.flashBytes),
      "activationBytes": pair(\.peakActivationBytes),
    ]
  }

  private var rows: [(name: String, before: Double, after: Double)] {
    Metric.allCases.compactMap { metric in
      guard let before = before[metric], let after = after[metric] else { return nil }
      return (metric.rawValue, before, after)
    } + members.map { ($0.key, $0.value.before, $0.value.after) }
  }

  /// For people, a line a fact.
  var text: String {
    let rows =
      rows.map { ($0.name, "\(shortNumber($0.before)) before, \(shortNumber($0.after)) after") } + [("model", path)]
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { $0 + String(repeating: " ", count: width - $0.count + 2) + $1 + "\n" }.joined()
  }

  /// For programs.
  var json: String {
    func number(_ value: Double) -> JSONValue { Int(exactly: value).map(JSONValue.int) ?? .double(value) }
    var result: OrderedDictionary<String, JSONValue> = ["model": .string(path)]
    let names = rows.map(\.name)
    result["before"] = .object(OrderedDictionary(uniqueKeys: names, values: rows.map { number($0.before) }))
    result["after"] = .object(OrderedDictionary(uniqueKeys: names, values: rows.map { number($0.after) }))
    return JSONValue.object(result).serialized(.pretty) + "\n"
  }
}
