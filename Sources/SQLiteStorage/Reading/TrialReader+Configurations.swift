import SearchSpace
import TrialStorage
public import Trials

extension SQLiteStorage {
  public func forEachConfiguration(study: Int64, _ body: (HashedConfiguration) -> Void) throws {
    var parameters = KnownParameters()
    var last: Int64 = 0
    while true {
      let next = try file.read { connection in
        try connection.requireStudy(study)
        return try TrialReader(connection: connection, storage: self)
          .forEachConfiguration(study: study, above: last, limit: Self.batch, &parameters, body)
      }
      guard let next else { return }
      last = next
    }
  }
}

extension TrialReader {
  /// What is read of a trial to tell its configuration.
  private struct Outline: RowOwner {
    let id: Int64
    let number: Int
    let state: TrialState
    var valueCount = 0
    var reuses = false
    var hash: UInt64 = 0
  }

  /// Hands the configurations of the first trials of a study above an identifier to `body`: those that the trials have as they
  /// are read whole, of which the most is never made here.
  ///
  /// - Returns: The last identifier that was looked at; nil where there was none.
  fileprivate func forEachConfiguration(
    study: Int64, above id: Int64, limit: Int, _ known: inout KnownParameters, _ body: (HashedConfiguration) -> Void
  ) throws -> Int64? {
    let heads = try heads(study: study, above: id, limit: limit, withTimes: false)
    guard let last = heads.last?.id else { return nil }
    var trials = heads.compactMap { head in
      head.state == .complete || head.state == .pruned
        ? Outline(id: head.id, number: head.number, state: head.state) : nil
    }
    let objectives = try storage.objectives(study: study, connection)
    try readValues(into: &trials) { $0.valueCount = $1.count }
    trials.removeAll { $0.state == .complete && $0.valueCount != objectives }
    try readRows(
      """
      SELECT trial_id, value_json FROM trial_system_attributes
      WHERE \(Connection.isMark) AND "key" = '\(FrozenTrial.reusedKey)' AND
      """, into: &trials,
      as: { row, _ in row.json(1)?.intValue.map { (key: 0, value: $0) } },
      store: { trial, _ in trial.reuses = true })
    trials.removeAll(where: \.reuses)
    try readRows(
      "SELECT trial_id, param_name, param_value, distribution_json FROM trial_params WHERE", into: &trials,
      as: { row, _ in known.term(of: row, storage).map { (key: 0, value: $0) } },
      store: { trial, terms in trial.hash = terms.reduce(0) { $0 &+ $1.value } })
    let exclusions = try trials.isEmpty ? [:] : exclusions(study: study, from: trials[0].id, to: last)
    for trial in trials {
      body(HashedConfiguration(number: trial.number, hash: trial.hash, isExcluded: exclusions[trial.id] != nil))
    }
    return last
  }
}

/// The names and distributions of parameters that were met last, by their bytes: a study has few different ones, and to make
/// texts of them takes longer than all else about a parameter.
private struct KnownParameters {
  private struct Known {
    let name: [UInt8]
    let json: [UInt8]
    let checksum: UInt64
    let distribution: Distribution
  }

  /// How many are remembered before all are forgotten.
  private static let capacity = 64

  private var known: [Known] = []
  /// Where the next one is looked for first, since the parameters of each trial come in one order.
  private var next = 0

  /// What a parameter with its name, value and distribution in the columns 1 to 3 adds to the hash of its trial; nil for one
  /// that is left out.
  mutating func term(of row: Columns, _ storage: SQLiteStorage) -> UInt64? {
    guard let value = row.double(2), value.isFinite, let name = row.textBytes(1), let json = row.textBytes(3),
      let known = find(name, json) ?? add(name, json, storage), known.distribution.canHave(value)
    else { return nil }
    return HashedConfiguration.term(name: known.checksum, value: value)
  }

  private mutating func find(_ name: UnsafeBufferPointer<UInt8>, _ json: UnsafeBufferPointer<UInt8>) -> Known? {
    for _ in known.indices {
      if next >= known.count { next = 0 }
      let candidate = known[next]
      next += 1
      if candidate.name.elementsEqual(name), candidate.json.elementsEqual(json) { return candidate }
    }
    return nil
  }

  private mutating func add(
    _ name: UnsafeBufferPointer<UInt8>, _ json: UnsafeBufferPointer<UInt8>, _ storage: SQLiteStorage
  ) -> Known? {
    guard let distribution = try? storage.distribution(json: String(decoding: json, as: UTF8.self)) else { return nil }
    if known.count >= Self.capacity { known = [] }
    let checksum = HashedConfiguration.checksum(ofName: String(decoding: name, as: UTF8.self))
    known.append(Known(name: Array(name), json: Array(json), checksum: checksum, distribution: distribution))
    next = known.count
    return known.last
  }
}

extension Distribution {
  /// Whether a parameter of this distribution is read where it has an internal value.
  func canHave(_ value: Double) -> Bool {
    guard let external = try? external(value) else { return false }
    return (try? self.internal(external)) != nil
  }
}
