import ArgumentParser
import HPO

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predicts with a saved model.",
    discussion: """
      Of a CSV file the columns that the model was trained on are read, by their names; others are passed over. A category \
      that the model was not trained on counts as none of those that it knows, and is told.

      Examples:
        hpo predict model.hpo --data new.csv --format csv > predictions.csv
        hpo predict digits.hpo --data digits --probabilities --limit 5
        hpo predict digits.hpo --data images.npy
      """)

  @Argument(help: "The model's file.")
  var model: String

  @OptionGroup var samples: ModelData

  @Flag(help: "Add the probability of each class.")
  var probabilities = false

  @Option(parsing: .unconditional, help: "Predict only the first samples.")
  var limit: Int?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit \(limit): at least 1 is needed") }
  }

  func run() throws {
    let model = try TrainedModel(contentsOf: model)
    var data = try samples.load(for: model, isTargetNeeded: false)
    if let limit, limit < data.count { data = data.subset(Array(0..<limit)) }
    let predictor = try model.anyPredictor()
    var table: ResultTable
    switch model.target {
    case .value:
      if probabilities { throw ValidationError("--probabilities: the model predicts a value, which has none") }
      table = ResultTable(columns: [.init("sample"), .init("prediction")])
      table.rows = try predictor.outputs(for: data).enumerated().map { [.int($0), .double(Double($1))] }
    case .classes(let names):
      let all = try predictor.probabilities(for: data)
      table = ResultTable(columns: [.init("sample"), .init("prediction"), .init("probability")])
      if probabilities { table.columns += names.map { .init("probabilities", $0) } }
      for sample in 0..<data.count {
        let row = all[sample * names.count..<(sample + 1) * names.count].map(Double.init)
        let best = row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 }
        let cells: [JSONValue?] = [.int(sample), .string(names[best]), .double(row[best])]
        table.rows.append(cells + (probabilities ? row.map { .double($0) } : []))
      }
    }
    Terminal.write(table.formatted(output.format, width: Terminal.outputWidth))
  }
}
