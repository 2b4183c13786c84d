public import OrderedCollections
public import SearchSpace
import TrialStorage
public import Trials

extension SQLiteStorage {
  public func finishTrial(
    _ trial: Int64, state: TrialState, values: [Double],
    parameters: OrderedDictionary<String, FrozenTrial.Parameter>, attributes: OrderedDictionary<String, JSONValue>
  ) throws {
    for name in parameters.keys { try StorageChecks.name(name, of: "a parameter") }
    for key in attributes.keys { try StorageChecks.name(key, of: "an attribute") }
    try write(.full) { connection in
      let head = try connection.head(trial: trial)
      try StorageChecks.state(head.state, isIn: .running, number: head.number, to: "finish")
      try StorageChecks.result(
        state: state, values: values, objectives: objectives(study: head.study, connection), number: head.number)
      try checkCompatibility(of: parameters, study: head.study, connection)
      try insert(parameters, trial: trial, connection)
      // Values of a running trial can only be another program's.
      try connection.execute("DELETE FROM trial_values WHERE trial_id = ?", .int(trial))
      try connection.insert(values: values, trial: trial)
      try connection.setAttributes(attributes, kind: .system, trial: trial)
      try connection.execute(
        "UPDATE trials SET state = ?, datetime_complete = ? WHERE trial_id = ?", .text(state.rawValue),
        .text(Timestamp.now.description), .int(trial))
      try connection.execute("DELETE FROM hpo_trial_owners WHERE trial_id = ?", .int(trial))
    }
  }

  public func requeueTrial(_ trial: Int64) throws {
    try write(.full) { connection in
      let head = try connection.head(trial: trial)
      try StorageChecks.state(head.state, isIn: .running, number: head.number, to: "requeue")
      try requeue(trial, study: head.study, connection)
    }
  }

  public func requeueOrphans(study: Int64) throws -> [Int] {
    // Most of the time there is none, and nobody has to wait for the file.
    let candidates = try file.read { connection in
      try connection.requireStudy(study)
      return try hasOwnTable("hpo_trial_owners", connection) ? connection.orphans(study: study) : []
    }
    guard !candidates.isEmpty else { return [] }
    return try write(.full) { connection in
      let orphans = try connection.orphans(study: study)
      for orphan in orphans { try requeue(orphan.trial, study: study, connection) }
      return orphans.map(\.number)
    }
  }

  /// The tables that hold what a trial met while it ran.
  private static let tablesOfRun = [
    "trial_params", "trial_intermediate_values", "trial_values", "trial_heartbeats", "hpo_trial_owners",
  ]

  private func requeue(_ id: Int64, study: Int64, _ connection: Connection) throws {
    let reader = TrialReader(connection: connection, storage: self)
    guard let trial = try reader.trials(study: study, ids: [id]).first else {
      throw StorageChecks.notFound(trial: id)
    }
    for table in Self.tablesOfRun {
      try connection.execute("DELETE FROM \(table) WHERE trial_id = ?", .int(id))
    }
    for key in trial.systemAttributes.keys where FrozenTrial.isOfOneRun(attribute: key) {
      try connection.execute("DELETE FROM trial_system_attributes WHERE trial_id = ? AND key = ?", .int(id), .text(key))
    }
    try connection.setAttributes(
      [FrozenTrial.fixedParametersKey: trial.parametersToRepeat], kind: .system, trial: id)
    try connection.execute(
      "UPDATE trials SET state = 'WAITING', datetime_start = NULL, datetime_complete = NULL WHERE trial_id = ?",
      .int(id))
  }
}

extension Connection {
  /// The running trials of a study whose owner has ended, by number.
  fileprivate func orphans(study: Int64) throws -> [(trial: Int64, number: Int)] {
    var orphans: [(trial: Int64, number: Int)] = []
    var verdicts: [ProcessIdentity: Bool] = [:]
    try forEachRow(
      """
      SELECT o.trial_id, t.number, o.host, o.boot, o.process, o.start_time
      FROM hpo_trial_owners o JOIN trials t ON t.trial_id = o.trial_id
      WHERE t.study_id = ? AND t.state = 'RUNNING' ORDER BY t.number
      """, .int(study)
    ) { row in
      guard let trial = row.int(0), let host = row.text(2), let boot = row.text(3),
        let process = row.int(4).flatMap(Int32.init(exactly:)), let startTime = row.int(5)
      else { return }
      let owner = ProcessIdentity(host: host, boot: boot, process: process, startTime: startTime)
      let hasEnded = verdicts[owner] ?? owner.hasEnded
      verdicts[owner] = hasEnded
      if hasEnded { orphans.append((trial, Int(row.int(1) ?? 0))) }
    }
    return orphans
  }
}
