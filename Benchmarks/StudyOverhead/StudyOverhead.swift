// Milliseconds that the engine itself takes for a trial: eight mixed parameters, TPE, an objective of no cost. Prints the
// mean over the run and over its last tenth, and how long the first trial took to get its parameters, with opening.
import Dispatch
import Foundation
import HPO
import Synchronization

@main
enum StudyOverhead {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let trials = Int(arguments[1]) else {
      print("usage: BenchmarkStudyOverhead TRIALS memory|DATABASE")
      exit(2)
    }
    let storage = arguments[2] == "memory" ? nil : arguments[2]
    let opening = DispatchTime.now().uptimeNanoseconds
    let study = try Study("overhead", sampler: .tpe(seed: 1), storage: storage)
    let start = DispatchTime.now().uptimeNanoseconds
    // When each trial had its parameters.
    let moments = Mutex<[UInt64]>([])
    let summary = try await study.optimize(trials: trials) { trial in
      let x = try trial.suggest(.float("x", -5...5))
      let y = try trial.suggest(.float("y", -5...5))
      let rate = try trial.suggest(.float("rate", 1e-5...1, log: true))
      let step = try trial.suggest(.float("step", 0...1, step: 0.1))
      let units = try trial.suggest(.int("units", 1...1024, log: true))
      let layers = try trial.suggest(.int("layers", 1...8))
      let activation = try trial.suggest(.choice("activation", ["relu", "tanh", "sigmoid"]))
      let optimizer = try trial.suggest(.choice("optimizer", ["sgd", "adam"]))
      moments.withLock { $0.append(DispatchTime.now().uptimeNanoseconds) }
      var value = x * x + y * y + step
      value += abs(log10(rate) + 3)
      value += Double(units) / 1024 + Double(layers) / 8
      value += activation == "relu" ? 0 : 1
      value += optimizer == "adam" ? 0 : 1
      return value
    }
    let end = DispatchTime.now().uptimeNanoseconds
    try study.storage.close()
    let reached = moments.withLock { $0 }
    let late = max(summary.finished / 10, 1)
    // The last trial's end is not among the moments, nor what came before the first of the last tenth.
    let lateStart = reached.count > late ? reached[reached.count - late - 1] : start
    let untilFirst = Double((reached.first ?? start) - opening) / 1e6
    print(
      "{\"trials\": \(summary.finished), \"ms_until_first\": \(untilFirst),",
      "\"ms_per_trial\": \(Double(end - start) / 1e6 / Double(max(summary.finished, 1))),",
      "\"ms_per_late_trial\": \(Double((reached.last ?? start) - lateStart) / 1e6 / Double(late))}")
  }
}
