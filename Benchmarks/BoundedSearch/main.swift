import Dispatch
import OrderedCollections
import RealModule
import Samplers
import SearchSpace
import Synchronization
import Trials

// Searches eight functions with TPE by the rule and with a history that keeps some trials of all, and prints the mean of
// the best values over many seeds, with its standard error. Arguments: trials, trials that are kept, seeds.

let names = (0..<5).map { "x\($0)" }

/// Five numbers of which each function uses all; the last two are stepped and logarithmic.
let space: OrderedDictionary<String, Distribution> = [
  "x0": .float(try FloatDistribution(low: -5, high: 5)),
  "x1": .float(try FloatDistribution(low: -5, high: 5)),
  "x2": .float(try FloatDistribution(low: -5, high: 5)),
  "x3": .int(try IntDistribution(low: -5, high: 5)),
  "x4": .float(try FloatDistribution(low: 0.01, high: 10, log: true)),
  "kind": .categorical(try CategoricalDistribution(["a", "b", "c"])),
]

/// The functions of numbers around 0, all with the least value 0.
let functions: OrderedDictionary<String, @Sendable ([Double]) -> Double> = [
  "sphere": { $0.reduce(0) { $0 + $1 * $1 } },
  "ellipsoid": { x in x.indices.reduce(0) { $0 + Double.pow(10, Double($1)) * x[$1] * x[$1] } },
  "rosenbrock": { x in
    x.indices.dropLast().reduce(0) { sum, i in
      let (a, b) = (x[i] + 1, x[i + 1] + 1)
      return sum + 100 * (b - a * a) * (b - a * a) + (1 - a) * (1 - a)
    }
  },
  "rastrigin": { $0.reduce(0) { $0 + $1 * $1 - 10 * Double.cos(2 * .pi * $1) + 10 } },
  "ackley": { x in
    let count = Double(x.count)
    let root = (x.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
    let waves = x.reduce(0) { $0 + Double.cos(2 * .pi * $1) } / count
    return 20 - 20 * Double.exp(-0.2 * root) + Double.exp(1) - Double.exp(waves)
  },
  "griewank": { x in
    let product = x.indices.reduce(1) { $0 * Double.cos(6 * x[$1] / Double($1 + 1).squareRoot()) }
    return x.reduce(0) { $0 + $1 * $1 / 100 } - product + 1
  },
  "styblinski": { $0.reduce(0) { $0 + ($1 * $1 * $1 * $1 - 16 * $1 * $1 + 5 * $1) / 2 + 39.166_165_703_771_42 } },
  "step": { $0.reduce(0) { $0 + Double.pow(abs($1).rounded(.up), 1.5) } },
]

func best(_ function: ([Double]) -> Double, trials: Int, capacity: Int, seed: UInt64) throws -> Double {
  let sampler = TPESampler()
  var history = TrialHistory(directions: [.minimize], capacity: capacity)
  var best = Double.infinity
  for number in 0..<trials {
    let draw = Draw(seed: seed, number: number)
    let joint = sampler.sampleRelative(sampler.relativeSpace(history), draw: draw, history: history)
    var trial = FrozenTrial(id: Int64(number), number: number, state: .complete)
    for (name, distribution) in space {
      let value = try joint[name] ?? sampler.sampleIndependent(name, distribution, draw: draw, history: history)
      trial.parameters[name] = .init(distribution: distribution, value: value)
    }
    let x = names.map { trial.parameters[$0]?.value ?? 0 }
    let shifted = [x[0] - 1, x[1] + 2, x[2] - 0.5, x[3] - 1, Double.log(x[4]) / 2]
    let value = function(shifted) + (trial.parameters["kind"]?.value ?? 0)
    trial.values = [value]
    history.update(trial)
    best = min(best, value)
  }
  return best
}

let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let (trials, kept, seeds) = (
  arguments.first ?? 2000, arguments.dropFirst().first ?? 512, arguments.dropFirst(2).first ?? 30
)
print("\(trials) trials, \(seeds) seeds: the mean of the best values, by the rule and with \(kept) trials kept")
for (name, function) in functions {
  let results = Mutex<[[Double]]>(Array(repeating: [0, 0], count: seeds))
  DispatchQueue.concurrentPerform(iterations: seeds * 2) { index in
    let capacity = index % 2 == 0 ? Int.max : kept
    let value = (try? best(function, trials: trials, capacity: capacity, seed: UInt64(index / 2))) ?? .nan
    results.withLock { $0[index / 2][index % 2] = value }
  }
  let pairs = results.withLock { $0 }
  func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(numbers.count) }
  let (exact, bounded) = (mean(pairs.map { $0[0] }), mean(pairs.map { $0[1] }))
  let differences = pairs.map { $0[1] - $0[0] }
  let spread = mean(differences.map { ($0 - mean(differences)) * ($0 - mean(differences)) })
  let error = (spread / Double(max(seeds - 1, 1))).squareRoot()
  print("| \(name) | \(exact) | \(bounded) | difference \(bounded - exact) ± \(error) |")
}
