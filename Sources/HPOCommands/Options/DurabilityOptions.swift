import ArgumentParser
import HPO
import StudyConfiguration

/// How much of a running trial may be lost.
struct DurabilityOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How long a trial trains, at the least, between two checkpoints: 0s, 2s, 1m. (default: 2s)",
      discussion: "A trial whose process ended at once goes on from its last checkpoint."))
  var checkpointEvery: PauseSpan?

  var checkpointInterval: Duration { checkpointEvery?.duration ?? .seconds(2) }

  /// Has a database bring what runs to the disk as often as checkpoints are kept, but every two seconds at the least.
  func apply(to storage: any Storage) {
    (storage as? SQLiteStorage)?.synchronizationInterval = min(checkpointInterval, .seconds(2))
  }
}

/// A time span that may be none.
struct PauseSpan: ExpressibleByArgument {
  let duration: Duration

  init?(argument: String) {
    if ["0", "0s"].contains(argument) {
      duration = .zero
    } else if let span = TimeSpan(argument: argument) {
      duration = span.duration
    } else {
      return nil
    }
  }
}
