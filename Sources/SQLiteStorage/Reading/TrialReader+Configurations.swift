import Foundation
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

/// What is read of a trial to tell its configuration.
private struct TrialOutline {
  let id: Int64
  let number: Int
  let state: TrialState
  /// How many values there are, from that of the first objective on; nil where others stand between them or behind a gap.
  var valueCount: Int64? = 0
  var reuses = false
  var hash: UInt64 = 0
}

extension TrialReader {
  /// Hands the configurations of the first trials of a study above an identifier to `body`: those that the trials have as they
  /// are read whole, of which the most is never made here.
  ///
  /// - Returns: The last identifier that was looked at; nil where there was none.
  fileprivate func forEachConfiguration(
    study: Int64, above id: Int64, limit: Int, _ known: inout KnownParameters, _ body: (HashedConfiguration) -> Void
  ) throws -> Int64? {
    var trials: [TrialOutline] = []
    trials.reserveCapacity(limit)
    var last: Int64?
    try forEachHead(study: study, above: id, limit: limit) { id, number, state, _ in
      last = id
      if state == .complete || state == .pruned { trials.append(TrialOutline(id: id, number: number, state: state)) }
    }
    guard let last else { return nil }
    let objectives = Int64(try storage.objectives(study: study, connection))
    try forEachRow(Self.values, of: trials.map(\.id), orderedBy: ", objective") { position, row in
      guard let (objective, _) = value(row, trial: trials[position].id) else { return }
      trials[position].valueCount = trials[position].valueCount.flatMap { $0 == objective ? $0 + 1 : nil }
    }
    trials.removeAll { $0.state == .complete && $0.valueCount != objectives }
    try forEachRow(
      """
      SELECT trial_id, value_json FROM trial_system_attributes
      WHERE \(Connection.isMark) AND "key" = '\(FrozenTrial.reusedKey)' AND
      """, of: trials.map(\.id)
    ) { position, row in
      if row.json(1)?.intValue != nil { trials[position].reuses = true }
    }
    trials.removeAll(where: \.reuses)
    try forEachRow(
      "SELECT trial_id, param_name, param_value, distribution_json FROM trial_params WHERE", of: trials.map(\.id)
    ) { position, row in
      if let term = known.term(of: row, storage) { trials[position].hash &+= term }
    }
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
      let place = find(name, json) ?? add(name, json, storage), known[place].distribution.canHave(value)
    else { return nil }
    return HashedConfiguration.term(name: known[place].checksum, value: value)
  }

  private mutating func find(_ name: UnsafeBufferPointer<UInt8>, _ json: UnsafeBufferPointer<UInt8>) -> Int? {
    for _ in known.indices {
      let place = next < known.count ? next : 0
      next = place + 1
      if known[place].name.isEqual(to: name), known[place].json.isEqual(to: json) { return place }
    }
    return nil
  }

  private mutating func add(
    _ name: UnsafeBufferPointer<UInt8>, _ json: UnsafeBufferPointer<UInt8>, _ storage: SQLiteStorage
  ) -> Int? {
    guard let distribution = try? storage.distribution(json: String(decoding: json, as: UTF8.self)) else { return nil }
    if known.count >= Self.capacity { known = [] }
    let checksum = HashedConfiguration.checksum(ofName: String(decoding: name, as: UTF8.self))
    known.append(Known(name: Array(name), json: Array(json), checksum: checksum, distribution: distribution))
    next = known.count
    return known.count - 1
  }
}

extension [UInt8] {
  fileprivate func isEqual(to other: UnsafeBufferPointer<UInt8>) -> Bool {
    guard count == other.count, let start = other.baseAddress else { return isEmpty && other.isEmpty }
    return memcmp(self, start, count) == 0
  }
}

extension Distribution {
  /// Whether a parameter of this distribution is read where it has an internal value.
  fileprivate func canHave(_ value: Double) -> Bool {
    guard let external = try? external(value) else { return false }
    return (try? self.internal(external)) != nil
  }
}
