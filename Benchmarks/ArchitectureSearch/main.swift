import Foundation
import HPO
import Samplers
import Trials

// Searches the CIFAR-10 table of NAS-Bench-201 with each sampler, as a study of six choices would: the median of the best
// accuracies after 150 trials, and for two objectives the hypervolume after 200 as a share of the true front's.
//
// Argument: the file that export_nasbench201.py writes. Then: the number of seeds (20).

struct Table {
  /// Validation accuracy in percent, and parameters in millions.
  private(set) var cells: [String: (accuracy: Double, parameters: Double)] = [:]

  init(path: String) throws {
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",")
      guard fields.count == 3, let accuracy = Double(fields[1]), let parameters = Double(fields[2]) else { continue }
      cells[String(fields[0])] = (accuracy, parameters)
    }
  }

  subscript(edges: String) -> (accuracy: Double, parameters: Double) { cells[edges] ?? (0, 0) }
}

let operations: [Choice] = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]
let edges = try (0..<6).map { _ in Distribution.categorical(try CategoricalDistribution(operations)) }

/// The cells that a study of so many trials evaluates, in their order.
func search(_ sampler: some Sampler, trials: Int, seed: UInt64, directions: [StudyDirection], in table: Table) throws
  -> [String]
{
  var history = TrialHistory(directions: directions)
  var found: [String] = []
  for number in 0..<trials {
    let draw = Draw(seed: seed, number: number)
    let space = sampler.relativeSpace(history)
    let joint = space.isEmpty ? [:] : sampler.sampleRelative(space, draw: draw, history: history)
    var trial = FrozenTrial(id: Int64(number), number: number, state: .complete)
    var cell = ""
    for (place, distribution) in edges.enumerated() {
      let name = "edge\(place)"
      let value =
        try joint[name] ?? sampler.sampleIndependent(name, distribution, draw: draw, history: history)
      trial.parameters[name] = .init(distribution: distribution, value: value)
      cell += String(Int(value))
    }
    trial.values = directions.count == 1 ? [table[cell].accuracy] : [table[cell].accuracy, table[cell].parameters]
    history.update(trial)
    found.append(cell)
  }
  return found
}

/// The area that cells dominate above 80 % and below 1.6 million parameters.
func hypervolume(_ cells: some Sequence<String>, in table: Table) -> Double {
  var (area, best) = (0.0, 80.0)
  var front: [(accuracy: Double, parameters: Double)] = []
  for cell in cells.map({ table[$0] }).sorted(by: { ($0.parameters, -$0.accuracy) < ($1.parameters, -$1.accuracy) })
  where cell.accuracy > best && cell.parameters < 1.6 {
    front.append(cell)
    best = cell.accuracy
  }
  for (place, cell) in front.enumerated() {
    area += (cell.accuracy - 80) * ((place + 1 < front.count ? front[place + 1].parameters : 1.6) - cell.parameters)
  }
  return area
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

guard CommandLine.arguments.count > 1 else {
  print("the file that export_nasbench201.py writes is needed")
  exit(64)
}
let table = try Table(path: CommandLine.arguments[1])
let seeds = CommandLine.arguments.count > 2 ? UInt64(CommandLine.arguments[2]) ?? 20 : 20
print("NAS-Bench-201, CIFAR-10, \(seeds) seeds; the best cell has \(table.cells.values.map(\.accuracy).max() ?? 0) %")

func report(_ name: String, _ values: [Double]) {
  func text(_ value: Double) -> String { String(format: "%.4f", value) }
  print("\(name)  median \(text(median(values)))  least \(text(values.min() ?? 0))")
}

let single: [(String, any Sampler)] = [
  ("random   ", RandomSampler()), ("tpe      ", TPESampler()), ("evolution", EvolutionSampler()),
  ("nsga2    ", NSGA2Sampler()),
]
print("best accuracy after 150 trials")
for (name, sampler) in single {
  report(
    name,
    try (1...seeds).map { seed in
      try search(sampler, trials: 150, seed: seed, directions: [.maximize], in: table).map { table[$0].accuracy }.max()
        ?? 0
    })
}
print("hypervolume of accuracy and parameters after 200 trials, as a share of the true front's")
let whole = hypervolume(table.cells.keys, in: table)
for (name, sampler) in single where name != "evolution" {
  report(
    name,
    try (1...seeds).map { seed in
      hypervolume(
        try search(sampler, trials: 200, seed: seed, directions: [.maximize, .minimize], in: table), in: table) / whole
    })
}
