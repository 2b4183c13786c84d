import OrderedCollections
import SearchSpace
import TrialStorage
import Trials

extension TrialReader {
  static let values = "SELECT trial_id, objective, value, value_type FROM trial_values WHERE"

  /// Reads the values of the objectives.
  func readValues(into trials: inout [FrozenTrial]) throws {
    try readRows(
      Self.values, into: &trials, as: value,
      store: { trial, values in
        guard values.enumerated().allSatisfy({ Int64($0) == $1.key }) else {
          let id = trial.id
          return oddities.note("trial \(id) lacks a value between others")
        }
        trial.values = values.map(\.value)
      })
  }

  /// The value in a row of `values`, with its objective; nil where there is none.
  func value(_ row: Columns, trial: Int64) -> (key: Int64, value: Double)? {
    guard let objective = row.int(1) else {
      oddities.note("trial \(trial): a value belongs to objective \(row.description(1))")
      return nil
    }
    let value = number(row, value: 2, type: 3, what: "value \(objective)", trial: trial)
    guard let value, !value.isNaN else {
      if value != nil { oddities.note("trial \(trial): value \(objective) is NaN") }
      return nil
    }
    return (objective, value)
  }

  /// Reads parameters, reports and attributes.
  func readRest(into trials: inout [FrozenTrial]) throws {
    try readRows(
      "SELECT trial_id, param_id, param_name, param_value, distribution_json FROM trial_params WHERE", into: &trials,
      as: parameter,
      store: { trial, rows in
        trial.parameters = OrderedDictionary(firstOf: rows.lazy.map(\.value), what: "parameters", &trial.omissions)
      })
    try readRows(
      """
      SELECT trial_id, step, intermediate_value, intermediate_value_type FROM trial_intermediate_values WHERE
      """, into: &trials,
      as: { row, trial -> (key: Int64, value: Double)? in
        guard let step = row.int(1) else {
          oddities.note("trial \(trial): a report has the step \(row.description(1))")
          return nil
        }
        return number(row, value: 2, type: 3, what: "the report of step \(step)", trial: trial).map { (step, $0) }
      },
      store: { trial, reports in
        trial.intermediateValues = reports.map { .init(step: Int($0.key), value: $0.value) }
      })
    try readAttributes(.user, into: &trials) { $0.userAttributes = $1 }
    try readAttributes(.system, into: &trials) { $0.systemAttributes = $1 }
    for trial in trials {
      for omission in trial.omissions { oddities.note("trial \(trial.id): \(omission)") }
    }
  }

  private func readAttributes(
    _ kind: AttributeKind, into trials: inout [FrozenTrial],
    store: (inout FrozenTrial, OrderedDictionary<String, JSONValue>) -> Void
  ) throws {
    var refused: [Int64: [String]] = [:]
    try readRows(
      "SELECT trial_id, \(kind.trialTable.dropLast())_id, key, value_json FROM \(kind.trialTable) WHERE", into: &trials,
      as: { row, trial -> (key: Int64, value: (name: String, value: JSONValue))? in
        guard let id = row.int(1), let name = row.text(2) else {
          oddities.note("trial \(trial): an attribute has no name")
          return nil
        }
        guard let value = row.json(3) else {
          if let omission = row.omittedJSON(3, of: name) {
            refused[trial, default: []].append(omission)
            return nil
          }
          oddities.note("trial \(trial): the attribute '\(name)' is no JSON: \(row.description(3))")
          return nil
        }
        return (id, (name, value))
      },
      store: { trial, rows in
        store(&trial, OrderedDictionary(firstOf: rows.lazy.map(\.value), what: "attributes", &trial.omissions))
      })
    guard !refused.isEmpty else { return }
    for index in trials.indices { trials[index].omissions += refused[trials[index].id] ?? [] }
  }

  /// A number with its type beside it, for what no column of SQLite holds; nil where the two make none.
  private func number(_ row: Columns, value: CInt, type: CInt, what: String, trial: Int64) -> Double? {
    let number = row.double(value)
    let isNull = row.isNull(value)
    switch (row.text(type), number) {
    case ("FINITE", let number?): return number
    case ("INF_POS", _) where isNull: return .infinity
    case ("INF_NEG", _) where isNull: return -.infinity
    case ("NAN", _) where isNull: return .nan
    default: break
    }
    oddities.note("trial \(trial): \(what) is \(row.description(value)) of type \(row.description(type))")
    switch row.text(type) {
    case "INF_POS": return .infinity
    case "INF_NEG": return -.infinity
    case "NAN": return .nan
    default: return number
    }
  }

  private func parameter(
    _ row: Columns, trial: Int64
  ) -> (key: Int64, value: (name: String, value: FrozenTrial.Parameter))? {
    guard let id = row.int(1), let name = row.text(2) else {
      oddities.note("trial \(trial): a parameter has no name")
      return nil
    }
    guard let value = row.double(3), value.isFinite else {
      oddities.note("trial \(trial): the parameter '\(name)' is \(row.description(3))")
      return nil
    }
    do throws(SearchSpaceError) {
      guard let json = row.text(4) else {
        oddities.note("trial \(trial): the parameter '\(name)' has no distribution but \(row.description(4))")
        return nil
      }
      let distribution = try storage.distribution(json: json)
      _ = try distribution.internal(distribution.external(value))
      return (id, (name, FrozenTrial.Parameter(distribution: distribution, value: value)))
    } catch {
      oddities.note("trial \(trial): the parameter '\(name)' is unusable: \(error.message)")
      return nil
    }
  }

  /// Reads the rows of one table that belong to the trials, which are given by ascending identifier.
  ///
  /// - Parameters:
  ///   - sql: Selects the trial's identifier first, and ends where a condition is to follow.
  ///   - decode: Reads a row of the trial of that identifier, with a key to sort by; nil for a row to pass over.
  ///   - store: Puts the rows of one trial, by ascending key, where they belong. Not called for a trial without rows.
  private func readRows<Value>(
    _ sql: String, into trials: inout [FrozenTrial], as decode: (Columns, Int64) -> (key: Int64, value: Value)?,
    store: (inout FrozenTrial, [(key: Int64, value: Value)]) -> Void
  ) throws {
    var present = 0
    var rows: [(key: Int64, value: Value)] = []
    func flush() {
      guard !rows.isEmpty else { return }
      rows.sort { $0.key < $1.key }
      store(&trials[present], rows)
      rows.removeAll(keepingCapacity: true)
    }
    try forEachRow(sql, of: trials.map(\.id)) { position, row in
      if position != present {
        flush()
        present = position
      }
      if let decoded = decode(row, trials[position].id) { rows.append(decoded) }
    }
    flush()
  }

  /// Calls `body` on each row of one table that belongs to a trial, with the trial's position among those that are given.
  ///
  /// - Parameters:
  ///   - sql: Selects the trial's identifier first, and ends where a condition is to follow.
  ///   - ids: The identifiers of the trials, which ascend.
  ///   - order: What rows of one trial are ordered by, behind a comma.
  ///   - body: Gets the rows of each trial one behind the other, by ascending identifier.
  func forEachRow(
    _ sql: String, of ids: [Int64], orderedBy order: String = "", _ body: (Int, Columns) throws -> Void
  ) throws {
    let query = sql + " trial_id BETWEEN ? AND ? ORDER BY trial_id" + order
    for span in TrialSpan.spans(of: ids) {
      var position = span.positions.lowerBound
      try connection.forEachRow(
        query, .int(span.identifiers.lowerBound), .int(span.identifiers.upperBound)
      ) { row in
        guard let id = row.int(0) else { return }
        // The last trial of the span has the highest identifier that the query yields.
        while ids[position] < id { position += 1 }
        if ids[position] == id { try body(position, row) }
      }
    }
  }
}
