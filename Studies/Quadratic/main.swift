// The least value of a bowl with a kink: two real parameters, one choice, a hundred trials.
import HPO

let study = try Study("quadratic", direction: .minimize, sampler: .tpe(seed: 7))

try await study.optimize(trials: 100) { trial in
  let x = try trial.suggest(.float("x", -10...10))
  let y = try trial.suggest(.float("y", -10...10))
  let shape = try trial.suggest(.choice("shape", ["round", "kinked"]))
  let bowl = (x - 2) * (x - 2) + (y + 1) * (y + 1)
  return shape == "round" ? bowl + 1 : bowl + abs(x - 2)
}

let best = try study.best
for (name, value) in best.externalParameters { print("\(name) = \(value)") }
print("value = \(best.values[0]) in trial \(best.number) of \(try study.trials.count)")
try study.close()
