public import SearchSpace
import Synchronization
public import TrialStorage
public import Trials

extension SQLiteStorage {
  public func trial(_ id: Int64) throws -> FrozenTrial {
    try file.read { connection in
      let study = try connection.head(trial: id).study
      let found = try TrialReader(connection: connection, storage: self).trials(study: study, ids: [id])
      guard let trial = found.first else { throw StorageChecks.notFound(trial: id) }
      return trial
    }
  }

  public func trial(number: Int, study: Int64) throws -> FrozenTrial {
    try file.read { connection in
      try connection.requireStudy(study)
      let reader = TrialReader(connection: connection, storage: self)
      let id = try connection.firstRow(
        "SELECT trial_id FROM trials WHERE study_id = ? AND number = ? ORDER BY trial_id LIMIT 1", .int(study),
        .int(Int64(number))
      ) { $0.int(0) }
      if let id = id ?? nil, let trial = try reader.trials(study: study, ids: [id]).first { return trial }
      // A trial without a number has the one that it is read with.
      if try connection.hasRow(
        "SELECT 1 FROM trials WHERE study_id = ?1 AND number IS NULL UNION ALL "
          + "SELECT 1 FROM trials WHERE study_id = ?1 AND number >= '' LIMIT 1", .int(study)),
        let trial = try reader.trials(study: study).first(where: { $0.number == number })
      {
        return trial
      }
      throw StorageChecks.notFound(number: number, count: try connection.nextNumber(study: study))
    }
  }

  public func trials(study: Int64, above id: Int64, limit: Int) throws -> [FrozenTrial] {
    try file.read { connection in
      try connection.requireStudy(study)
      var isBehind = false
      return try TrialReader(connection: connection, storage: self)
        .trials(study: study, above: id, limit: limit, passingOver: [], isBehind: &isBehind).trials
    }
  }

  public func trials(study: Int64, numbers: [Int]) throws -> [FrozenTrial] {
    try file.read { connection in
      try connection.requireStudy(study)
      var ids: [Int64] = []
      for number in numbers {
        let id = try connection.firstRow(
          "SELECT trial_id FROM trials WHERE study_id = ? AND number = ? ORDER BY trial_id LIMIT 1", .int(study),
          .int(Int64(number))
        ) { $0.int(0) }
        if let id = id ?? nil { ids.append(id) }
      }
      return try TrialReader(connection: connection, storage: self).trials(study: study, ids: ids)
    }
  }

  public func trials(study: Int64, states: Set<TrialState>?) throws -> [FrozenTrial] {
    try file.read { connection in
      try connection.requireStudy(study)
      return try TrialReader(connection: connection, storage: self).trials(study: study, states: states)
    }
  }

  public func trials(
    study: Int64, states: Set<TrialState>?, order: TrialOrder, limit: Int
  ) throws -> [FrozenTrial] {
    try file.read { connection in
      try connection.requireStudy(study)
      let reader = TrialReader(connection: connection, storage: self)
      let ids = try connection.trials(study: study, states: states, order: order, limit: limit)
      let trials = try reader.trials(study: study, ids: ids)
      guard case .value = order else { return trials }
      let places = Dictionary(zip(ids, ids.indices)) { first, _ in first }
      return trials.filter { !$0.values.isEmpty }.sorted { (places[$0.id] ?? 0) < (places[$1.id] ?? 0) }
    }
  }

  public func hasReplicates(study: Int64) throws -> Bool {
    try file.read { connection in
      try connection.requireStudy(study)
      return try connection.hasMark("= '\(FrozenTrial.replicatedKey)'", study: study)
    }
  }

  public func distribution(of name: String, study: Int64) throws -> Distribution? {
    try file.read { connection in
      try connection.requireStudy(study)
      return try knownDistribution(name, study: study, connection)
    }
  }

  public func counts(study: Int64) throws -> [TrialState: Int] {
    try file.read { connection in
      try connection.requireStudy(study)
      var counts: [TrialState: Int] = [:]
      try connection.forEachRow(
        "SELECT state, count(*) FROM trials WHERE study_id = ? GROUP BY state", .int(study)
      ) { row in
        let state = row.text(0).flatMap { TrialState(rawValue: $0.uppercased()) } ?? .failed
        counts[state, default: 0] += Int(row.int(1) ?? 0)
      }
      guard try hasOwnTable("hpo_trial_exclusions", connection) else { return counts }
      try connection.forEachRow(
        """
        SELECT upper(t.state), count(*) FROM hpo_trial_exclusions e JOIN trials t ON t.trial_id = e.trial_id
        WHERE e.study_id = ? AND t.study_id = e.study_id GROUP BY 1
        """, .int(study)
      ) { row in
        let state = row.text(0).flatMap(TrialState.init) ?? .failed
        counts[state, default: 0] -= Int(row.int(1) ?? 0)
      }
      return counts
    }
  }

  /// What was met in a study's rows that no program should have written, in words; empty for a sound study.
  public func oddities(study: Int64) throws -> [String] {
    try file.read { connection in
      try connection.requireStudy(study)
      let oddities = Oddities(areCollected: true)
      if let revision = try SchemaInspection(connection).strangeRevision(connection) {
        oddities.note("alembic_version has \(revision), which is no revision of Optuna's")
      }
      _ = try StudyReader(connection: connection, oddities: oddities).studies(id: study)
      let trials = try TrialReader(connection: connection, storage: self, oddities: oddities).trials(study: study)
      for (place, trial) in trials.enumerated() where trial.number != place {
        oddities.note("trial \(trial.id) has the number \(trial.number), it is the study's trial \(place)")
      }
      return oddities.notes
    }
  }
}

extension SQLiteStorage {
  /// The distribution in a JSON text.
  func distribution(json: String) throws(SearchSpaceError) -> Distribution {
    try memory.withLock { memory throws(SearchSpaceError) in try memory.distribution(json: json) }
  }

  /// How many objectives a study has.
  func objectives(study: Int64, _ connection: Connection) throws -> Int {
    if let known = memory.withLock({ $0.objectives[study] }) { return known }
    let count = try connection.firstRow(
      "SELECT count(*) FROM study_directions WHERE study_id = ?", .int(study), read: { $0.int(0) })
    let objectives = max(1, Int((count ?? nil) ?? 0))
    memory.withLock { $0.objectives[study] = objectives }
    return objectives
  }
}
