package import Trials

/// How far a reader has read a study's trials; a fresh cursor has read nothing.
public struct TrialCursor: Sendable, Hashable {
  /// All trials up to this id are known.
  package var lastID: Int64 = 0
  /// Those of them that were not finished.
  package var unfinished: Set<Int64> = []
  /// Later ones that somebody else keeps the reader in step with, so that they need not be read.
  package private(set) var others: Set<Int64> = []
  /// How often finished trials of the study had been excluded, included, changed or deleted.
  package var revision: Int64 = 0
  /// Whether there were more new trials than were read at once.
  package var isBehind = false
  /// Whether the last trials that were read are the study's first again, since the revision has changed.
  package var hasBegunAgain = false

  /// Makes a cursor that has read nothing.
  public init() {}

  /// Goes back to the beginning where finished trials were changed.
  package mutating func catchUp(with revision: Int64) {
    hasBegunAgain = lastID > 0 && revision != self.revision
    if hasBegunAgain { (lastID, unfinished, others, isBehind) = (0, [], [], false) }
    self.revision = revision
  }

  /// Takes note that somebody else keeps the reader in step with a trial.
  package mutating func ignore(_ id: Int64) {
    unfinished.remove(id)
    if id > lastID { others.insert(id) }
  }

  /// Takes note that a trial has to be looked at again.
  package mutating func watch(_ id: Int64) {
    others.remove(id)
    if id <= lastID { unfinished.insert(id) }
  }

  /// Takes note that all trials up to an identifier were read or passed over.
  package mutating func advance(to id: Int64) {
    lastID = max(lastID, id)
    if !others.isEmpty { others = others.filter { $0 > lastID } }
  }

  /// Takes note of the trials that were just read.
  package mutating func advance(over trials: [FrozenTrial]) {
    for trial in trials {
      advance(to: trial.id)
      if trial.state.isFinished { unfinished.remove(trial.id) } else { unfinished.insert(trial.id) }
    }
  }
}

/// The order in which trials are listed.
public enum TrialOrder: Sendable, Hashable {
  /// By ascending number.
  case number
  /// By the value of the first objective, equal ones by ascending number; trials without one are left out.
  case value(ascending: Bool)
}

/// What a reader made of the finished trials of a study, with the cursor from which it goes on.
public struct KeptHistory: Sendable, Hashable {
  /// Behind the trials that the history is made of.
  package var cursor: TrialCursor
  /// What the reader made of them.
  package var data: [UInt8]

  package init(cursor: TrialCursor, data: [UInt8]) {
    self.cursor = cursor
    self.data = data
  }
}
