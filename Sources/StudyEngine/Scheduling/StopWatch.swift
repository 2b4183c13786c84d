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
      let first = try finished(&state)
      guard state.cursor.isBehind else {
        // Other jobs and processes may end trials in another order than that of their numbers.
        return try show(first.sorted { FinishedTrial($0) < FinishedTrial($1) }, &state)
      }
      // Of very many, the order is found first, and then they are read again in it, some at a time.
      var order = first.map(FinishedTrial.init)
      repeat { order += try finished(&state).map(FinishedTrial.init) } while state.cursor.isBehind
      order.sort()
      for start in stride(from: 0, to: order.count, by: Self.batch) {
        let part = order[start..<min(start + Self.batch, order.count)]
        let trials = try study.storage.trials(study: study.id, numbers: part.map(\.number).sorted())
        let byNumber = Dictionary(trials.map { ($0.number, $0) }) { first, _ in first }
        if let reason = try show(part.compactMap { byNumber[$0.number] }, &state) { return reason }
      }
      return nil
    }
  }

  /// How many trials are in memory at once.
  private static let batch = 4096

  /// The next batch of trials that have finished since the last look, or may have been shown before.
  private func finished(_ state: inout State) throws -> [FrozenTrial] {
    try study.storage.changes(study: study.id, since: &state.cursor).filter { $0.state.isFinished && !$0.isExcluded }
  }

  /// Shows the rules finished trials in the order in which they ended; returns the reason of the first rule that is met.
  private func show(_ trials: [FrozenTrial], _ state: inout State) throws -> String? {
    for trial in trials where state.shown.insert(trial.id).inserted {
      for index in state.rules.indices where try state.rules[index].isMet(after: trial) {
        return state.rules[index].reason
      }
    }
    return nil
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

/// When a trial has ended, by which trials are shown.
private struct FinishedTrial: Comparable {
  let completed: Timestamp
  let number: Int

  init(_ trial: FrozenTrial) {
    completed = trial.completed ?? .distantPast
    number = trial.number
  }

  static func < (left: FinishedTrial, right: FinishedTrial) -> Bool {
    (left.completed, left.number) < (right.completed, right.number)
  }
}

extension Timestamp {
  static let distantPast = Timestamp(microseconds: .min)
}
