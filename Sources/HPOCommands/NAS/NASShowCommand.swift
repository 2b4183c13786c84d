import ArgumentParser
import HPO
import OrderedCollections
import Spelling
import StudyConfiguration

struct NASShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Shows the architecture of a trial: its layers, what each costs, and a drawing.",
    discussion: """
      The layers are those of the int8 model, batch normalization and activations folded. 'live' is the memory of all \
      activations while the layer runs; the largest decides what memory the model needs.

      Examples:
        hpo nas show 42 --study digits-nas
        hpo nas show 42 --study digits-nas --format json
        hpo nas show 42 --study digits-nas --svg architecture.svg
      """)

  @Argument(help: "The number of the trial.")
  var number: Int

  @OptionGroup var storage: StorageOptions
  @OptionGroup var study: StudyOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "A file for a drawing.")
  var svg: String?

  func run() throws {
    let (record, trial, architecture) = try storage.withStorage { storage in
      let record = try study.record(in: storage)
      let sources = try ArchitectureSources(of: record, in: storage)
      guard let trial = try storage.trials(study: record.id, states: nil).first(where: { $0.number == number }) else {
        throw ValidationError("the study '\(record.name.inMessage)' has no trial \(number)")
      }
      return (record, trial, try sources.architecture(of: trial))
    }
    let drawing = ArchitectureDrawing(architecture)
    if let svg {
      try RegularFile.requireWritable(svg, keeping: [storage.file])
      try RegularFile.write(Array(drawing.svg(title: "\(record.name), trial \(number)").utf8), to: svg)
      Terminal.writeError("the drawing is in \(svg)\n")
    }
    switch output.format {
    case .csv: Terminal.write(drawing.table.formatted(.csv, width: nil))
    case .json: Terminal.write(json(record, trial, architecture, drawing).serialized(.pretty) + "\n")
    case .table:
      var text =
        "trial \(number) of '\(record.name.inMessage)', \(trial.state.title), architecture "
        + "\(architecture.genome.hash)\n"
      for (name, value) in zip(record.metricNames, trial.values) where ArchitectureCost(rawValue: name) == nil {
        text += "\(name) \(shortNumber(value))  "
      }
      text += ArchitectureCost.allCases.compactMap { cost in
        trial.cost(cost, of: architecture).map { "\(cost.rawValue) \(cost.text($0))" }
      }.joined(separator: "  ")
      text += "\n\n" + drawing.table.formatted(.table, width: Terminal.outputWidth) + "\n" + drawing.text
      Terminal.write(text)
    }
  }

  private func json(
    _ record: StudyRecord, _ trial: FrozenTrial, _ architecture: Architecture, _ drawing: ArchitectureDrawing
  ) -> JSONValue {
    var costs: OrderedDictionary<String, JSONValue> = [:]
    for cost in ArchitectureCost.allCases {
      guard let value = trial.cost(cost, of: architecture) else { continue }
      costs[cost.rawValue] = Int(exactly: value).map(JSONValue.int) ?? .double(value)
    }
    return [
      "study": .string(record.name), "number": .int(trial.number), "state": .string(trial.state.rawValue),
      "values": .object(
        OrderedDictionary(
          zip(record.metricNames, trial.values.map(JSONValue.double)), uniquingKeysWith: { first, _ in first })),
      "architecture": .string(architecture.genome.hash),
      "genome": .object(architecture.genome.choices.mapValues(\.json)), "costs": .object(costs),
      "layers": .array(drawing.table.rows.map(drawing.table.object)),
    ]
  }
}

extension FrozenTrial {
  /// A cost as it was measured with the trial, else as it is counted.
  func cost(_ cost: ArchitectureCost, of architecture: Architecture) -> Double? {
    userAttributes[cost.rawValue]?.doubleValue ?? architecture.cost(cost)
  }
}
