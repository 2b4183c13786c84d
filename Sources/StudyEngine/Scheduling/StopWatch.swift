import Synchronization
import TrialStorage
import Trials

/// Shows the rules of a run each finished trial of its study once.
final class StopWatch: Sendable {
  private struct State {
    var rules: [any StopRule]
    var cursor = TrialCursor()
    /// Trials that were shown; needed only after trials were excluded or included, when all come anew.
    var shown: Set<Int64> = []
  }

  private let study: Study
  private let isIdle: Bool
  private let state: Mutex<State>

  init(study: Study, rules: [any StopRule]) {
    self.study = study
    isIdle = rules.isEmpty
    state = Mutex(State(rules: rules))
  }

  /// The reason of the first rule that is met by what finished since the last look; nil where none is.
  func look() throws -> String? {
    guard !isIdle else { return nil }
    return try state.withLock { state in
      let changes = try study.storage.changes(study: study.id, since: &state.cursor)
      // Other jobs and processes may end trials in another order than that of their numbers.
      let finished = changes.filter { $0.state.isFinished && !$0.isExcluded && !state.shown.contains($0.id) }
        .sorted { ($0.completed ?? .distantPast, $0.number) < ($1.completed ?? .distantPast, $1.number) }
      for trial in finished {
        state.shown.insert(trial.id)
        for index in state.rules.indices where try state.rules[index].isMet(after: trial) {
          return state.rules[index].reason
        }
      }
      return nil
    }
  }
}

extension Timestamp {
  fileprivate static let distantPast = Timestamp(microseconds: .min)
}
