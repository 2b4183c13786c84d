public import OrderedCollections
public import SearchSpace
public import TrialStorage
public import Trials

extension SQLiteStorage {
  public func startTrial(
    study: Int64, owner: ProcessIdentity, limit: Int?, number: Int?,
    assign: (FrozenTrial) -> OrderedDictionary<String, JSONValue>
  ) throws -> StartedTrial? {
    try write(.process) { connection in
      try connection.requireStudy(study)
      let now = Timestamp.now
      let waiting = try connection.firstRow(
        """
        SELECT trial_id, number FROM trials WHERE study_id = ? AND state = 'WAITING' ORDER BY number LIMIT 1
        """, .int(study)
      ) { (id: $0.int(0), number: $0.int(1)) }
      var trial: FrozenTrial
      if let id = waiting?.id {
        guard number == nil || number.map(Int64.init) == waiting?.number else { return nil }
        try connection.execute(
          "UPDATE trials SET state = 'RUNNING', datetime_start = ? WHERE trial_id = ?", .text(now.description), .int(id)
        )
        let reader = TrialReader(connection: connection, storage: self)
        guard let started = try reader.trials(study: study, ids: [id]).first else {
          throw StorageChecks.notFound(trial: id)
        }
        trial = started
      } else {
        let next = try connection.nextNumber(study: study)
        guard number == nil || number == next else { return nil }
        if let limit, try next - connection.excludedCount(study: study) >= limit { return nil }
        var new = FrozenTrial(id: 0, number: next, state: .running)
        new.started = now
        new.id = try insert(new, study: study, connection)
        trial = new
      }
      let lease = try connection.lease(trial: trial.id, isNew: waiting == nil, to: owner)
      let assignment = assign(trial)
      try connection.setAttributes(assignment, kind: .system, trial: trial.id)
      trial.systemAttributes.update(with: assignment)
      return StartedTrial(record: trial, lease: lease)
    }
  }

  public func enqueueTrial(
    study: Int64, parameters: OrderedDictionary<String, Choice>, userAttributes: OrderedDictionary<String, JSONValue>
  ) throws -> FrozenTrial {
    for name in parameters.keys { try StorageChecks.name(name, of: "a parameter") }
    for key in userAttributes.keys { try StorageChecks.name(key, of: "an attribute") }
    return try write(.full) { connection in
      try connection.requireStudy(study)
      var trial = FrozenTrial(id: 0, number: try connection.nextNumber(study: study), state: .waiting)
      trial.userAttributes = userAttributes
      trial.systemAttributes = [FrozenTrial.fixedParametersKey: .object(parameters.mapValues(\.json))]
      trial.id = try insert(trial, study: study, connection)
      try connection.setAttributes(trial.userAttributes, kind: .user, trial: trial.id)
      try connection.setAttributes(trial.systemAttributes, kind: .system, trial: trial.id)
      return trial
    }
  }

  public func addTrials(
    study: Int64, above known: Int64?, _ make: (_ first: Int, _ news: [FrozenTrial]) throws -> [TrialAddition]
  ) throws -> [FrozenTrial] {
    try write(.full) { connection in
      try connection.requireStudy(study)
      let news = try known.map { known in
        var isBehind = false
        return try TrialReader(connection: connection, storage: self)
          .trials(study: study, above: known, limit: -1, passingOver: [], isBehind: &isBehind).trials
      }
      return try insert(into: study, connection) { try make($0, news ?? []) }
    }
  }

  /// Inserts trials with all that belongs to them under the next numbers.
  func insert(
    into study: Int64, _ connection: Connection, _ make: (Int) throws -> [TrialAddition]
  ) throws -> [FrozenTrial] {
    let objectives = try objectives(study: study, connection)
    let next = try connection.nextNumber(study: study)
    return try zip(next..., make(next)).map { number, addition in
      let trial = try insert(addition.trial, number: number, objectives: objectives, study: study, connection)
      if let log = addition.keptLog { try connection.setLog(log, of: trial.id) }
      if let note = addition.note {
        for (key, value) in StudyRecord.attributes(notingFirst: note, onTrial: trial.id) {
          try connection.setStudyAttribute(key, to: value, kind: .system, study: study)
        }
      }
      return trial
    }
  }

  /// Inserts a trial with all that belongs to it under a number.
  private func insert(
    _ trial: FrozenTrial, number: Int, objectives: Int, study: Int64, _ connection: Connection
  ) throws -> FrozenTrial {
    try StorageChecks.names(of: trial)
    var copy = trial
    copy.number = number
    try StorageChecks.addition(copy, objectives: objectives, number: number)
    try checkCompatibility(of: trial.parameters, study: study, connection)
    copy.settleForStorage()
    copy.id = try insert(copy, study: study, connection)
    try insert(copy.parameters, trial: copy.id, connection)
    for report in copy.intermediateValues { try connection.insert(report, trial: copy.id) }
    try connection.insert(values: copy.values, trial: copy.id)
    try connection.setAttributes(copy.userAttributes, kind: .user, trial: copy.id)
    try connection.setAttributes(copy.systemAttributes, kind: .system, trial: copy.id)
    if let reason = copy.exclusion {
      try connection.exclude(copy.id, of: study, reason: reason)
      try connection.countRevision(of: study)
    }
    return copy
  }

  /// Inserts the row of a trial with its number, state and times, and returns its identifier.
  private func insert(_ trial: FrozenTrial, study: Int64, _ connection: Connection) throws -> Int64 {
    try insert(
      into: .trials,
      """
      INSERT INTO trials (trial_id, number, study_id, state, datetime_start, datetime_complete)
      VALUES (?, ?, ?, ?, ?, ?)
      """,
      [
        .int(Int64(trial.number)), .int(study), .text(trial.state.rawValue), trial.started.stored,
        trial.completed.stored,
      ], connection)
  }
}

extension Timestamp? {
  fileprivate var stored: SQLArgument { map { .text($0.description) } ?? .null }
}

extension Connection {
  /// Gives a trial that was just started to its owner. The first start of a trial that did not wait is not counted, which
  /// saves a row of each: it is number 1.
  fileprivate func lease(trial: Int64, isNew: Bool, to owner: ProcessIdentity) throws -> TrialLease {
    try execute(
      """
      INSERT OR REPLACE INTO hpo_trial_owners (trial_id, host, boot, process, start_time) VALUES (?, ?, ?, ?, ?)
      """, .int(trial), .text(owner.host), .text(owner.boot), .int(Int64(owner.process)), .int(owner.startTime))
    guard !isNew else { return TrialLease(trial: trial, start: TrialLease.firstStart) }
    let starts = try firstRow(
      """
      INSERT INTO hpo_trial_attempts (trial_id, starts) VALUES (?, \(TrialLease.firstStart + 1))
      ON CONFLICT (trial_id) DO UPDATE SET starts = starts + 1 RETURNING starts
      """, .int(trial)
    ) { $0.int(0) }
    return TrialLease(trial: trial, start: (starts ?? nil).map(Int.init) ?? TrialLease.firstStart + 1)
  }

  /// The number of the study's next trial.
  func nextNumber(study: Int64) throws -> Int {
    let highest = try firstRow("SELECT max(number) FROM trials WHERE study_id = ?", .int(study)) { $0.int(0) }
    var next = (highest ?? nil).map { $0 + ($0 < .max ? 1 : 0) } ?? 0
    // Trials without a number are counted where they stand, so that none of theirs is given out.
    if try hasRow("SELECT 1 FROM trials WHERE study_id = ? AND number IS NULL", .int(study)) {
      let count = try firstRow("SELECT count(*) FROM trials WHERE study_id = ?", .int(study)) { $0.int(0) }
      next = max(next, (count ?? nil) ?? 0)
    }
    guard (0...OwnSchema.lastID).contains(next) else {
      throw StorageError(
        .damagedFile, "a trial of the study has the number \(next - 1), after which no other can come; correct it first"
      )
    }
    return Int(next)
  }
}
