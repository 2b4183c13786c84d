// All optimizers on three functions and on the digits, each tuned by the same number of trials:
//
//     OptimizerComparison [TRIALS] [PICTURE.svg]
//
// A table goes to standard output, a picture of the paths to the file.
import Foundation
import HPO

let arguments = CommandLine.arguments.dropFirst()
let trials = arguments.first.flatMap { Int($0) } ?? 60
let picture = arguments.dropFirst().first

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

func text(_ value: Double, _ format: String) -> String { String(format: format, value) }

var rows: [String: [String]] = [:]
var paths: [String: [(contender: Contender, points: [[Double]])]] = [:]

for function in TestFunction.all {
  for contender in Contender.all {
    let (method, _) = try await contender.tuned(trials: trials, hasWeights: false) { method in
      let gaps = try function.starts.search.map { try function.path(of: method, from: $0).gap(to: function.minimum) }
      return gaps.reduce(0, +) / Double(gaps.count)
    }
    let results = try function.starts.measurement.map { try function.path(of: method, from: $0) }
    let gap = median(results.map { $0.gap(to: function.minimum) })
    rows[contender.name, default: []].append(text(gap, "%.1f"))
    paths[function.name, default: []].append((contender, results[0].points))
  }
}

let digits = try Digits()
for contender in Contender.all {
  let (method, best) = try await contender.tuned(trials: trials, hasWeights: true) { method in
    try digits.train(method, seed: 1).logLoss
  }
  let clock = ContinuousClock()
  var results: [Digits.Result] = []
  let duration = try clock.measure {
    for seed in UInt64(11)...15 { results.append(try digits.train(method, seed: seed)) }
  }
  let values = best.externalParameters.map { name, value in
    "\(name) \(value.doubleValue.map { text($0, "%.2g") } ?? value.description)"
  }
  rows[contender.name, default: []] += [
    text(median(results.map(\.logLoss)), "%.3f"), text(100 * median(results.map(\.accuracy)), "%.1f"),
    text(Double(duration.components.attoseconds) / 5e15 + 200 * Double(duration.components.seconds), "%.0f"),
    values.joined(separator: ", "),
  ]
}

let columns = TestFunction.all.map(\.name) + ["digits: log loss", "accuracy, %", "ms a training", "tuned to"]
print("| optimizer | " + columns.joined(separator: " | ") + " |")
print("|---|" + String(repeating: "---|", count: columns.count))
for contender in Contender.all {
  print("| \(contender.name) | " + (rows[contender.name] ?? []).joined(separator: " | ") + " |")
}

if let picture {
  let valley = PathPicture.Panel(
    title: "Rosenbrock", x: -1.8...1.6, y: -0.8...2.6, levels: (0..<12).map { tenToThe(Double($0) / 3 - 0.8) },
    minima: [(1, 1)], value: { x, y in (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x) },
    paths: paths["Rosenbrock"] ?? [])
  let saddle = PathPicture.Panel(
    title: "saddle", x: -1.5...1.5, y: -1.5...1.5, levels: (0..<14).map { 0.05 * Double($0) - 0.24 },
    minima: [(0, 1), (0, -1)], value: { x, y in x * x / 2 + y * y * y * y / 4 - y * y / 2 },
    paths: paths["saddle"] ?? [])
  try PathPicture.svg([valley, saddle]).write(toFile: picture, atomically: true, encoding: .utf8)
}
