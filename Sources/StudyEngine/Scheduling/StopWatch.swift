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
    /// In a deterministic study, the finished trials that were not shown yet, by number,
    var ahead: [Int: FrozenTrial] = [:]
    /// the number of the next one to show,
    var next = 0
    /// and why the search ends before a trial that sees so many.
    var met: (count: Int, reason: String)?
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

  /// The reason of the first rule that is met by the first trials of a deterministic study, shown by ascending number; nil
  /// where none is.
  ///
  /// - Parameter count: How many trials there are to look at, all of them finished.
  func look(below count: Int) throws -> String? {
    guard !isIdle else { return nil }
    return try state.withLock { state in
      if state.met == nil, state.next < count {
        repeat {
          for trial in try study.storage.changes(study: study.id, since: &state.cursor) where trial.state.isFinished {
            if trial.number >= state.next { state.ahead[trial.number] = trial }
          }
        } while state.cursor.isBehind
      }
      while state.met == nil, state.next < count {
        let trial = state.ahead.removeValue(forKey: state.next)
        state.next += 1
        guard let trial, !trial.isExcluded else { continue }
        for index in state.rules.indices where try state.rules[index].isMet(after: trial) {
          state.met = (state.next, state.rules[index].reason)
          break
        }
      }
      return state.met.flatMap { $0.count <= count ? $0.reason : nil }
    }
  }
}

extension Timestamp {
  static let distantPast = Timestamp(microseconds: .min)
}
