public import OrderedCollections
public import SearchSpace
public import TrialStorage
public import Trials

extension SQLiteStorage {
  public func commitEnd(
    of lease: TrialLease, state: TrialState, values: [Double],
    parameters: OrderedDictionary<String, FrozenTrial.Parameter>, attributes: OrderedDictionary<String, JSONValue>,
    since cursor: TrialCursor?, amend: (_ news: [FrozenTrial]) -> OrderedDictionary<String, JSONValue>
  ) throws -> PendingSync {
    for name in parameters.keys { try StorageChecks.name(name, of: "a parameter") }
    for key in attributes.keys { try StorageChecks.name(key, of: "an attribute") }
    try search(for: parameters.keys, ofStudyOf: lease.trial)
    try prepareToWrite()
    return try file.commit { connection in
      let head = try connection.head(of: lease)
      try StorageChecks.state(head.state, isIn: .running, number: head.number, to: "finish")
      try StorageChecks.result(
        state: state, values: values, objectives: objectives(study: head.study, connection), number: head.number)
      try checkCompatibility(of: parameters, study: head.study, connection)
      var attributes = attributes
      if var cursor {
        let news = try changes(study: head.study, since: &cursor, connection)
        attributes.update(with: amend(news))
      }
      try insert(parameters, trial: lease.trial, connection)
      try connection.finish(trial: lease.trial, state: state, values: values, attributes: attributes)
    }
  }

  public func requeueTrial(_ lease: TrialLease) throws {
    try write(.full) { connection in
      let head = try connection.head(of: lease)
      try StorageChecks.state(head.state, isIn: .running, number: head.number, to: "requeue")
      try connection.requeue(trial: lease.trial)
    }
  }

  public func requeueOrphans(study: Int64) throws -> OrphanedTrials {
    // Most of the time there is none, and nobody has to wait for the file.
    let candidates = try file.read { connection in
      try connection.requireStudy(study)
      return try hasOwnTable("hpo_trial_owners", connection) ? connection.orphans(study: study) : []
    }
    guard !candidates.isEmpty else { return OrphanedTrials() }
    return try write(.full) { connection in
      var orphans = OrphanedTrials()
      for orphan in try connection.orphans(study: study) {
        if orphan.countsAsDeath, try connection.countDeath(trial: orphan.trial) >= OrphanedTrials.mostDeaths {
          try connection.finish(
            trial: orphan.trial, state: .failed, values: [],
            attributes: [FrozenTrial.failureKey: .string(OrphanedTrials.failure)])
          orphans.failed.append(orphan.number)
        } else {
          try connection.requeue(trial: orphan.trial)
          orphans.requeued.append(orphan.number)
        }
      }
      return orphans
    }
  }

  public func recordHeartbeats(of leases: [TrialLease]) throws {
    try write(.process) { connection in
      for lease in leases {
        let head: TrialHead
        do {
          head = try connection.head(of: lease)
        } catch let error as StorageError where error.code == .trialLost || error.code == .trialNotFound {
          continue
        }
        // A finished trial needs none.
        guard head.state == .running else { continue }
        try connection.execute(
          """
          INSERT INTO trial_heartbeats (trial_id, heartbeat) VALUES (?, CURRENT_TIMESTAMP)
          ON CONFLICT (trial_id) DO UPDATE SET heartbeat = excluded.heartbeat
          """, .int(lease.trial))
      }
    }
  }
}

/// A running trial whose owner has ended.
private struct Orphan {
  var trial: Int64
  var number: Int
  /// Whether the trial may be what ended its owner.
  var countsAsDeath: Bool
}

extension Connection {
  fileprivate func finish(
    trial: Int64, state: TrialState, values: [Double], attributes: OrderedDictionary<String, JSONValue>
  ) throws {
    // Values of a running trial can only be another program's.
    try execute("DELETE FROM trial_values WHERE trial_id = ?", .int(trial))
    try insert(values: values, trial: trial)
    try setAttributes(attributes, kind: .system, trial: trial)
    try execute(
      "UPDATE trials SET state = ?, datetime_complete = ? WHERE trial_id = ?", .text(state.rawValue),
      .text(Timestamp.now.description), .int(trial))
    for table in ["hpo_trial_owners", "trial_heartbeats"] {
      try execute("DELETE FROM \(table) WHERE trial_id = ?", .int(trial))
    }
  }

  /// Counts the end of a trial's process; how often in a row it has ended without a newer checkpoint.
  fileprivate func countDeath(trial: Int64) throws -> Int {
    // The first run of a trial has no count yet.
    try execute(
      "INSERT OR IGNORE INTO hpo_trial_attempts (trial_id, starts) VALUES (?, ?)", .int(trial),
      .int(Int64(TrialLease.firstStart)))
    try execute(
      """
      WITH checkpoint AS (SELECT ifnull(max(sequence), 0) AS sequence FROM hpo_checkpoints WHERE trial_id = ?1)
      UPDATE hpo_trial_attempts SET
        deaths = iif((SELECT sequence FROM checkpoint) > progress, 1, deaths + 1),
        progress = (SELECT sequence FROM checkpoint)
      WHERE trial_id = ?1
      """, .int(trial))
    let deaths = try firstRow("SELECT deaths FROM hpo_trial_attempts WHERE trial_id = ?", .int(trial)) { $0.int(0) }
    return Int((deaths ?? nil) ?? 0)
  }

  /// The running trials of a study whose owner has ended, by number.
  fileprivate func orphans(study: Int64) throws -> [Orphan] {
    var orphans: [Orphan] = []
    var lives: [ProcessIdentity: ProcessIdentity.Life] = [:]
    let now = Timestamp.now
    try forEachRow(
      """
      SELECT o.trial_id, t.number, o.host, o.boot, o.process, o.start_time, ifnull(h.heartbeat, t.datetime_start)
      FROM trials t JOIN hpo_trial_owners o ON o.trial_id = t.trial_id
      LEFT JOIN trial_heartbeats h ON h.trial_id = t.trial_id
      WHERE t.study_id = ? AND t.state = 'RUNNING' ORDER BY t.number
      """, .int(study)
    ) { row in
      guard let trial = row.int(0), let host = row.text(2), let boot = row.text(3),
        let process = row.int(4).flatMap(Int32.init(exactly:)), let startTime = row.int(5)
      else { return }
      let owner = ProcessIdentity(host: host, boot: boot, process: process, startTime: startTime)
      let life = lives[owner] ?? owner.life
      lives[owner] = life
      let isSilent = owner.isSilent(since: row.text(6).flatMap(Timestamp.init), at: now)
      switch life {
      case .running: return
      case .elsewhere where !isSilent: return
      case .ended, .endedWithComputer, .elsewhere:
        orphans.append(Orphan(trial: trial, number: Int(row.int(1) ?? 0), countsAsDeath: life == .ended))
      }
    }
    return orphans
  }
}
