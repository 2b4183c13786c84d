import OrderedCollections
import Samplers
import SearchSpace
import Trials

// Prints the time of one suggestion of TPE for eight parameters of mixed kinds, by the number of finished trials, and of
// taking a trial into the history. Arguments: the numbers of trials.

let space: OrderedDictionary<String, Distribution> = [
  "rate": .float(try FloatDistribution(low: 1e-5, high: 1e-1, log: true)),
  "momentum": .float(try FloatDistribution(low: 0, high: 0.99)),
  "decay": .float(try FloatDistribution(low: 1e-6, high: 1e-2, log: true)),
  "dropout": .float(try FloatDistribution(low: 0, high: 0.5, step: 0.05)),
  "depth": .int(try IntDistribution(low: 1, high: 6)),
  "units": .int(try IntDistribution(low: 16, high: 256, log: true)),
  "activation": .categorical(try CategoricalDistribution(["relu", "tanh", "sigmoid"])),
  "optimizer": .categorical(try CategoricalDistribution(["sgd", "momentum", "adam"])),
]

/// A smooth function of the internal values, so that trials gather where it is small.
func objective(_ values: OrderedDictionary<String, Double>) -> Double {
  var sum = 0.0
  for (place, value) in values.values.enumerated() {
    let scaled = place == 0 ? value * 10 : place == 5 ? value / 256 : value
    sum += (scaled - 0.3) * (scaled - 0.3)
  }
  return sum
}

func measure(_ count: Int, multivariate: Bool) throws {
  let sampler = try TPESampler(multivariate: multivariate)
  let random = RandomSampler()
  var history = TrialHistory(directions: [.minimize])
  let clock = ContinuousClock()
  var updates = Duration.zero
  func add(_ number: Int, _ values: OrderedDictionary<String, Double>) {
    var trial = FrozenTrial(id: Int64(number), number: number, state: .complete)
    for (name, value) in values {
      trial.parameters[name] = space[name].map { .init(distribution: $0, value: value) }
    }
    trial.values = [objective(values)]
    updates += clock.measure { history.update(trial) }
  }
  func suggest(_ number: Int, with sampler: any Sampler) throws -> OrderedDictionary<String, Double> {
    let draw = Draw(seed: 7, number: number)
    var values = sampler.sampleRelative(sampler.relativeSpace(history), draw: draw, history: history)
    for (name, distribution) in space where values[name] == nil {
      values[name] = try sampler.sampleIndependent(name, distribution, draw: draw, history: history)
    }
    return values
  }
  // The search gathers as a real one does for the first trials; the rest are near copies of what it found.
  for number in 0..<count {
    add(number, try suggest(number, with: number < 1000 || number % 1000 == 0 ? sampler : random))
  }
  let average = updates / max(count, 1)
  var times: [Duration] = []
  for number in count..<(count + 60) {
    var values: OrderedDictionary<String, Double> = [:]
    times.append(try clock.measure { values = try suggest(number, with: sampler) })
    add(number, values)
  }
  times.sort()
  print(
    "\(count) trials, \(multivariate ? "multivariate" : "univariate  "): median \(times[30]), least \(times[0]),",
    "update \(average)")
}

let counts = CommandLine.arguments.dropFirst().compactMap { Int($0) }
for count in counts.isEmpty ? [100, 1000, 10_000] : counts {
  try measure(count, multivariate: true)
  try measure(count, multivariate: false)
}
