public import OrderedCollections
public import SearchSpace
import Synchronization
public import TrialStorage
public import Trials

extension SQLiteStorage {
  public func setParameters(
    _ parameters: OrderedDictionary<String, FrozenTrial.Parameter>,
    attributes: OrderedDictionary<String, JSONValue>, of lease: TrialLease
  ) throws {
    for name in parameters.keys { try StorageChecks.name(name, of: "a parameter") }
    for key in attributes.keys { try StorageChecks.name(key, of: "an attribute") }
    try search(for: parameters.keys, ofStudyOf: lease.trial)
    try write(.process) { connection in
      let head = try connection.head(of: lease)
      try StorageChecks.state(head.state, isIn: .running, number: head.number, to: "give parameters to")
      try checkCompatibility(of: parameters, study: head.study, connection)
      try insert(parameters, trial: lease.trial, connection)
      try connection.setAttributes(attributes, kind: .system, trial: lease.trial)
    }
  }

  public func report(_ value: Double, step: Int, checkpoint: [UInt8]?, of lease: TrialLease) throws {
    try write(.process) { connection in
      let head = try connection.head(of: lease)
      try StorageChecks.state(head.state, isIn: .running, number: head.number, to: "report to")
      try connection.insert(FrozenTrial.IntermediateValue(step: step, value: value), trial: lease.trial)
      if let checkpoint { try connection.setCheckpoint(checkpoint, of: head, trial: lease.trial) }
    }
  }

  public func setTrialAttributes(
    _ attributes: OrderedDictionary<String, JSONValue>, kind: AttributeKind, of lease: TrialLease
  ) throws {
    for key in attributes.keys { try StorageChecks.name(key, of: "an attribute") }
    try write(.process) { connection in
      let head = try connection.head(of: lease)
      try StorageChecks.state(head.state, isIn: .running, .waiting, number: head.number, to: "annotate")
      try connection.setAttributes(attributes, kind: kind, trial: lease.trial)
    }
  }

  public func claim(_ candidate: String, of lease: TrialLease) throws -> Bool {
    try write(.process) { connection in
      let head = try connection.head(of: lease)
      try StorageChecks.state(head.state, isIn: .running, number: head.number, to: "annotate")
      let value = JSONValue.string(candidate)
      // The condition of `hpo_ix_candidates`, word for word.
      let isTaken = try connection.hasRow(
        """
        SELECT 1 FROM trial_system_attributes a CROSS JOIN trials t ON t.trial_id = a.trial_id
        WHERE \(Connection.isCandidate) AND a.value_json = ? AND t.study_id = ? AND t.trial_id <> ? AND t.state <> 'FAIL'
        LIMIT 1
        """, .text(value.serialized(.python)), .int(head.study), .int(lease.trial))
      if !isTaken { try connection.setAttributes([FrozenTrial.candidateKey: value], kind: .system, trial: lease.trial) }
      return !isTaken
    }
  }

  /// Inserts parameters, which replace those of the same name.
  func insert(
    _ parameters: OrderedDictionary<String, FrozenTrial.Parameter>, trial: Int64, _ connection: Connection
  ) throws {
    // Several in one statement; SQLite takes some hundred values at the least.
    for start in stride(from: 0, to: parameters.count, by: 32) {
      let rows = parameters.elements[start..<min(start + 32, parameters.count)]
      var arguments: [SQLArgument] = []
      arguments.reserveCapacity(4 * rows.count)
      for (name, parameter) in rows {
        let json = memory.withLock { $0.json(of: parameter.distribution) }
        arguments += [.int(trial), .text(name), .double(parameter.value), .text(json)]
      }
      try connection.execute(
        """
        INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
        VALUES \(repeatElement("(?, ?, ?, ?)", count: rows.count).joined(separator: ", "))
        ON CONFLICT (trial_id, param_name) DO UPDATE
        SET param_value = excluded.param_value, distribution_json = excluded.distribution_json
        """, arguments: arguments)
    }
  }

  /// - Throws: `StorageError.incompatibleParameter` where a distribution contradicts one of the same name in the study.
  func checkCompatibility(
    of parameters: OrderedDictionary<String, FrozenTrial.Parameter>, study: Int64, _ connection: Connection
  ) throws {
    for (name, parameter) in parameters {
      try StorageChecks.compatibility(
        of: parameter.distribution, with: knownDistribution(name, study: study, connection), name: name)
    }
  }

  /// Searches for what a trial's study has under names that were not met yet, before a transaction that would search all its
  /// trials with the lock held.
  func search(for names: some Sequence<String>, ofStudyOf trial: Int64) throws {
    let unknown = memory.withLock { memory in
      names.filter { name in !memory.distributions.values.contains { $0[ExactText(name)] != nil } }
    }
    guard !unknown.isEmpty else { return }
    try prepareToWrite()
    try file.read { connection in
      let study = try connection.head(trial: trial).study
      for name in unknown { _ = try knownDistribution(name, study: study, connection) }
    }
  }

  /// A distribution that the study has under a name.
  func knownDistribution(_ name: String, study: Int64, _ connection: Connection) throws -> Distribution? {
    let key = ExactText(name)
    if let known = memory.withLock({ $0.distributions[study]?[key] }) { return known }
    // The first trial that has it readably; all others agree with it.
    var found: (distribution: Distribution, isLasting: Bool)?
    let searched = memory.withLock { $0.withoutParameter[study]?[key] } ?? 0
    let json = try connection.firstRow(
      """
      SELECT p.distribution_json, t.state FROM trials t CROSS JOIN trial_params p ON p.trial_id = t.trial_id
      WHERE t.study_id = ? AND t.trial_id > ? AND p.param_name = ? ORDER BY t.trial_id LIMIT 1
      """, .int(study), .int(searched), .text(name)
    ) { (json: $0.text(0), state: $0.text(1).flatMap(TrialState.init)) }
    if json == nil, let last = try connection.lastOfFinished(study: study) {
      memory.withLock { $0.withoutParameter[study, default: [:]][key] = last }
    }
    if let text = json?.json, let distribution = try? self.distribution(json: text) {
      found = (distribution, json?.state?.isFinished == true)
    }
    // An unfinished trial may lose its parameters again.
    if let found, found.isLasting {
      memory.withLock { $0.distributions[study, default: [:]][key] = found.distribution }
    }
    return found?.distribution
  }
}

/// What must be known of a trial before it is changed.
struct TrialHead {
  var study: Int64
  var number: Int
  var state: TrialState
}

extension Connection {
  /// Whether an attribute of a trial is its candidate. `OwnSchema` has an index of such attributes by their values.
  static let isCandidate = "\"key\" = '\(FrozenTrial.candidateKey)'"

  /// The identifier up to which all trials of a study are finished; nil where the study has no trial.
  fileprivate func lastOfFinished(study: Int64) throws -> Int64? {
    let ids = try firstRow(
      """
      SELECT (SELECT max(trial_id) FROM trials WHERE study_id = ?1),
        (SELECT min(trial_id) FROM trials WHERE study_id = ?1 AND state IN ('RUNNING', 'WAITING'))
      """, .int(study)
    ) { (last: $0.int(0), unfinished: $0.int(1)) }
    return ids?.unfinished.map { $0 - 1 } ?? ids?.last
  }

  /// - Throws: `StorageError.trialNotFound`.
  func head(trial id: Int64) throws -> TrialHead {
    let head = try firstRow(
      """
      SELECT study_id, number, state FROM trials WHERE trial_id = ? AND study_id IN (SELECT study_id FROM studies)
      """, .int(id)
    ) { row in
      row.int(0).map { study in
        TrialHead(
          study: study, number: Int(row.int(1) ?? 0),
          state: row.text(2).flatMap { TrialState(rawValue: $0.uppercased()) } ?? .failed)
      }
    }
    guard let head = head ?? nil else { throw StorageChecks.notFound(trial: id) }
    return head
  }

  /// What must be known of a trial before a run of it changes it.
  ///
  /// - Throws: `StorageError.trialNotFound`; `trialLost` where the run is over.
  func head(of lease: TrialLease) throws -> TrialHead {
    let head = try head(trial: lease.trial)
    guard lease.start != nil else { return head }
    let run = try firstRow(
      """
      SELECT (SELECT starts FROM hpo_trial_attempts WHERE trial_id = ?1),
        EXISTS (SELECT 1 FROM hpo_trial_owners WHERE trial_id = ?1)
      """, .int(lease.trial)
    ) { (starts: $0.int(0), isOwned: $0.int(1)) }
    try StorageChecks.lease(
      lease, state: head.state, starts: run?.starts.map(Int.init) ?? TrialLease.firstStart,
      isOwned: run?.isOwned == 1, number: head.number)
    return head
  }

  /// Inserts a report, unless the step has one.
  func insert(_ report: FrozenTrial.IntermediateValue, trial: Int64) throws {
    let (value, type) = report.value.stored
    try execute(
      """
      INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type)
      VALUES (?, ?, ?, ?) ON CONFLICT (trial_id, step) DO NOTHING
      """, .int(trial), .int(Int64(report.step)), value, .text(type))
  }

  /// Inserts one value an objective.
  func insert(values: [Double], trial: Int64) throws {
    for (objective, number) in values.enumerated() {
      let (value, type) = number.stored
      try execute(
        "INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (?, ?, ?, ?)", .int(trial),
        .int(Int64(objective)), value, .text(type))
    }
  }

  func setAttributes(_ attributes: OrderedDictionary<String, JSONValue>, kind: AttributeKind, trial: Int64) throws {
    for (key, value) in attributes {
      try execute(
        """
        INSERT INTO \(kind.trialTable) (trial_id, key, value_json) VALUES (?, ?, ?)
        ON CONFLICT (trial_id, key) DO UPDATE SET value_json = excluded.value_json
        """, .int(trial), .text(key), .text(value.serialized(.python)))
    }
  }
}

extension Double {
  /// The number as two columns hold it: what is not finite stands in the type alone.
  fileprivate var stored: (value: SQLArgument, type: String) {
    if isFinite { return (.double(self), "FINITE") }
    return (.null, isNaN ? "NAN" : self < 0 ? "INF_NEG" : "INF_POS")
  }
}
