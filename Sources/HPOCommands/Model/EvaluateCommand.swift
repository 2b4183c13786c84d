import ArgumentParser
import HPO
import OrderedCollections

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures a saved model on samples whose targets are known.",
    discussion: """
      With --config the test part of the study file's data is taken, which no training by that file has seen. With --data \
      all samples are taken, whether or not the model was trained on them.

      Examples:
        hpo evaluate digits.hpo --config Configs/digits-cnn.yaml
        hpo evaluate model.hpo --data later.csv --target price --format json
        hpo evaluate model.hpo --data later.npz --features x --target y
        hpo evaluate model.hpo --data images.npy --target labels.npy
      """)

  @Argument(help: "The model's file.")
  var model: String

  @OptionGroup var samples: ModelData

  @OptionGroup var output: OutputOptions

  /// The most classes whose confusions are shown to people.
  private static let shownClasses = 20

  func run() throws {
    let model = try TrainedModel(contentsOf: model)
    let (data, isOfOtherSplit) = try samples.measured(for: model)
    let predictor = try model.anyPredictor()
    let metrics = try predictor.metrics(on: data)
    if isOfOtherSplit {
      Terminal.writeError(
        "note: the model was trained on another split of the data than this file's, and may have seen some of these samples\n"
      )
    }
    let figures = Metric.allCases.compactMap { metric in metrics[metric].map { (metric.rawValue, $0) } }
    var confusion: (names: [String], counts: [[Int]])?
    if case .classes(let names) = model.target { confusion = (names, try predictor.confusion(on: data)) }

    switch output.format {
    case .json:
      var members: OrderedDictionary<String, JSONValue> = ["samples": .int(data.count)]
      for (name, value) in figures { members[name] = .double(value) }
      if let confusion {
        members["classes"] = .array(confusion.names.map(JSONValue.string))
        members["confusion"] = .array(confusion.counts.map { .array($0.map { .int($0) }) })
      }
      Terminal.write(JSONValue.object(members).serialized(.pretty) + "\n")
    case .csv, .table:
      var table = ResultTable(columns: [.init("metric"), .init("value")])
      table.rows = [[.string("samples"), .int(data.count)]] + figures.map { [.string($0), .double($1)] }
      Terminal.write(table.formatted(output.format, width: Terminal.outputWidth))
      if output.format == .table, let confusion { Terminal.write(text(of: confusion.names, confusion.counts)) }
    }
  }

  /// The confusion matrix, or for many classes the ten most frequent confusions.
  private func text(of names: [String], _ counts: [[Int]]) -> String {
    if names.count <= Self.shownClasses {
      var table = ResultTable(columns: [.init("is \\ taken for")] + names.map { .init($0) })
      table.rows = zip(names, counts).map { name, row in [.string(name)] + row.map { .int($0) } }
      return "\n" + table.formatted(.table, width: Terminal.outputWidth)
    }
    var table = ResultTable(columns: [.init("is"), .init("taken for"), .init("samples")])
    let confusions = counts.indices.flatMap { i in counts.indices.map { (i, $0, counts[i][$0]) } }
      .filter { $0.0 != $0.1 && $0.2 > 0 }.sorted { $0.2 > $1.2 }
    table.rows = confusions.prefix(10).map { [.string(names[$0.0]), .string(names[$0.1]), .int($0.2)] }
    return table.rows.isEmpty ? "" : "\n" + table.formatted(.table, width: Terminal.outputWidth)
  }
}
