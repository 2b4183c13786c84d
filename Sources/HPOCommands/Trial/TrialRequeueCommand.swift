import ArgumentParser
import HPO

struct TrialRequeueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "requeue",
    abstract: "Lets trials run again with their parameters.",
    discussion: """
      A finished trial never changes, since other programs have read it: it is excluded, and a new trial with its \
      parameters waits under the next number. A running trial whose process has ended waits again under its own number; \
      of a running trial of another host or of Optuna, only you know that, and say so with --abandoned.

      Waiting trials are run by the next 'hpo optimize', or by one that runs now.

      Examples:
        hpo trial requeue 17 --study digits-mlp
        hpo trial requeue 40 --abandoned
      """)

  @OptionGroup var trials: TrialSelection

  @Flag(help: "Also trials that are running, whose process is known to be gone.")
  var abandoned = false

  func run() throws {
    try trials.forEach { trial, record, storage in
      let number = trial.number
      switch trial.state {
      case .waiting: return "trial \(number) waits already"
      case .running where abandoned:
        guard let run = try storage.run(trial: trial.id) else { return "trial \(number) does not run any more" }
        try storage.requeueTrial(run.lease)
        return "trial \(number) waits to run again"
      case .running:
        let orphans = try storage.requeueOrphans(study: record.id)
        if orphans.requeued.contains(number) { return "trial \(number) waits to run again" }
        if orphans.failed.contains(number) {
          let copy = try Self.repetition(of: trial, in: storage)
          return
            "trial \(number) has failed, since its process ended \(OrphanedTrials.mostDeaths) times in a row; it is excluded and "
            + "waits to run again as trial \(copy.number)"
        }
        throw ValidationError(
          "trial \(number) is running, and its process may be alive; if you know it to be gone, add --abandoned")
      case .complete, .pruned, .failed:
        let copy = try Self.repetition(of: trial, in: storage)
        return "trial \(number) is excluded and waits to run again as trial \(copy.number)"
      }
    }
  }

  private static func repetition(of trial: FrozenTrial, in storage: any Storage) throws -> FrozenTrial {
    try storage.repeatTrial(trial.id) { "runs again as trial \($0)" }
  }
}
