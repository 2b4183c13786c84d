// One of several processes that share a study: `StorageWorker FILE run COUNT` asks for and tells so many trials,
// `StorageWorker FILE pop` runs what is enqueued, `StorageWorker FILE enqueue COUNT` enqueues, and
// `StorageWorker FILE watch COUNT` reads all trials every 100 ms until so many are finished.
// `StorageWorker FILE die COUNT` runs so many trials, and is killed in the next one when that has the first of its
// parameters; `StorageWorker FILE finish COUNT` takes up what others left, up to so many trials in all.
// Prints the numbers of the trials that it ran, or how often it looked.
import Foundation
import HPO

let arguments = CommandLine.arguments
guard arguments.count > 2 else { fatalError("StorageWorker FILE run|pop|enqueue|watch|die|finish [COUNT]") }
let count = arguments.count > 3 ? Int(arguments[3]) ?? 0 : 0
let study = try Study("shared", sampler: .tpe(), storage: arguments[1])

/// Runs one trial to its end.
func run(_ trial: Trial) throws {
  do {
    let x = try trial.suggest(.float("x", -10...10))
    let n = try trial.suggest(.int("n", 1...64, log: true))
    for step in 1...3 { try trial.report(x * x / Double(step), at: step) { [UInt8](repeating: 1, count: 2000) } }
    try trial.setUserAttribute("process", to: .int(Int(ProcessInfo.processInfo.processIdentifier)))
    try study.tell(trial, value: x * x + Double(n))
  } catch is TrialPruned {
    try study.tellPruned(trial)
  }
  print(trial.number)
}

switch arguments[2] {
case "run":
  for _ in 0..<count {
    guard let trial = try study.ask() else { fatalError("there is no trial") }
    try run(trial)
  }
case "pop": while let trial = try study.ask(limit: 0) { try run(trial) }
case "enqueue": for index in 0..<count { try study.enqueue(["x": .double(Double(index) / 10)]) }
case "watch":
  var looks = 0
  while true {
    let trials = try study.trials
    precondition(trials.map(\.number) == Array(0..<trials.count), "numbers without a gap")
    precondition(trials.allSatisfy { $0.state != .complete || $0.values.count == 1 && $0.parameters.count == 2 })
    looks += 1
    if trials.count(where: \.state.isFinished) >= count { break }
    usleep(100_000)
  }
  print(looks)
case "die":
  for _ in 0..<count {
    guard let trial = try study.ask() else { fatalError("there is no trial") }
    try run(trial)
  }
  guard let trial = try study.ask() else { fatalError("there is no trial") }
  print(try trial.suggest(.float("x", -10...10)))
  fflush(nil)
  kill(getpid(), SIGKILL)
case "finish":
  try await study.optimize(trials: count) { trial in
    let x = try trial.suggest(.float("x", -10...10))
    return x + Double(try trial.suggest(.int("n", 1...64, log: true)))
  }
default: fatalError("run, pop, enqueue, watch, die or finish?")
}
try study.storage.close()
