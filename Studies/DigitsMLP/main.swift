// A perceptron for handwritten digits: learning rate, width, depth and dropout, with pruning after each epoch.
import HPO

let data = try EmbeddedDataset.digits.load().split(seed: 0).standardized()
let study = try Study("digits-mlp", direction: .maximize, sampler: .tpe(seed: 7), pruner: .median())

try await study.optimize(trials: 40, jobs: 2) { trial in
  let rate = try trial.suggest(.float("learningRate", 1e-4...1e-1, log: true))
  let depth = try trial.suggest(.int("depth", 1...3))
  let units = try (0..<depth).map { try trial.suggest(.int("units\($0)", 16...128, log: true)) }
  let dropout = try trial.suggest(.float("dropout", 0...0.5))

  let network = MultilayerPerceptron(hiddenUnits: units, dropout: dropout)
  let options = TrainingOptions(optimizer: .adam(learningRate: rate), epochs: 20, seed: trial.seed)
  let trainer = try Trainer(network, data: data, options: options)
  let result = try trainer.train(for: trial)
  try trial.setUserAttribute("testAccuracy", to: .double(try trainer.evaluate(data.test)[.accuracy] ?? .nan))
  return result.best.value
}

let best = try study.best
let pruned = try study.trials.filter { $0.state == .pruned }.count
for (name, value) in best.externalParameters { print("\(name) = \(value)") }
print(
  "validation accuracy \(best.values[0]), test accuracy \(best.userAttributes["testAccuracy"]?.doubleValue ?? .nan)")
print("trial \(best.number) of \(try study.trials.count), \(pruned) pruned")
