public import OrderedCollections
public import SearchSpace
import Synchronization
public import Trials

/// A storage that lives and dies with the process.
public final class InMemoryStorage: Storage {
  fileprivate struct StudyTable {
    var record: StudyRecord
    var documents: [StudyDocument: String] = [:]
    /// By number.
    var trials: [FrozenTrial] = []
    var owners: [Int64: ProcessIdentity] = [:]
    /// The first distribution that the study met under each name.
    var distributions: [String: Distribution] = [:]
    /// No waiting trial has a lower number.
    var firstWaiting = 0
  }

  fileprivate struct Tables {
    var studies: OrderedDictionary<Int64, StudyTable> = [:]
    var lastStudyID: Int64 = 0
    var lastTrialID: Int64 = 0
    /// The study and the number of each trial.
    var places: [Int64: (study: Int64, number: Int)] = [:]
  }

  private let tables = Mutex(Tables())

  public init() {}

  public func close() throws {}
}

// MARK: - Studies

extension InMemoryStorage {
  public func createStudy(name: String, directions: [StudyDirection]) throws -> StudyRecord {
    try StorageChecks.name(name, of: "a study")
    guard !directions.isEmpty else { throw StorageError(.invalidValue, "the study '\(name)' has no direction") }
    return try tables.withLock { tables in
      guard !tables.studies.values.contains(where: { $0.record.name == name }) else {
        throw StorageError(.studyExists, "a study '\(name)' exists already")
      }
      tables.lastStudyID += 1
      let record = StudyRecord(id: tables.lastStudyID, name: name, directions: directions)
      tables.studies[record.id] = StudyTable(record: record)
      return record
    }
  }

  public func study(named name: String) throws -> StudyRecord? {
    tables.withLock { $0.studies.values.first { $0.record.name == name }?.record }
  }

  public func studies() throws -> [StudyRecord] {
    tables.withLock { $0.studies.values.map(\.record) }
  }

  public func deleteStudy(_ id: Int64) throws {
    try tables.withLock { tables in
      guard let study = tables.studies.removeValue(forKey: id) else { throw StorageChecks.notFound(study: id) }
      for trial in study.trials { tables.places[trial.id] = nil }
    }
  }

  public func setStudyAttribute(_ key: String, to value: JSONValue, kind: AttributeKind, study: Int64) throws {
    try StorageChecks.name(key, of: "an attribute")
    try withStudy(study) { study in
      switch kind {
      case .user: study.record.userAttributes[key] = value
      case .system: study.record.systemAttributes[key] = value
      }
    }
  }

  public func document(_ document: StudyDocument, study: Int64) throws -> String? {
    try withStudy(study) { $0.documents[document] }
  }

  public func setDocument(_ document: StudyDocument, to text: String, study: Int64) throws {
    try withStudy(study) { $0.documents[document] = text }
  }
}

// MARK: - The life of a trial

extension InMemoryStorage {
  public func startTrial(study: Int64, owner: ProcessIdentity, limit: Int?) throws -> FrozenTrial? {
    try tables.withLock { tables in
      guard let index = tables.studies.index(forKey: study) else { throw StorageChecks.notFound(study: study) }
      let waiting = tables.studies.values[index].lowestWaiting
      let number = waiting ?? tables.studies.values[index].trials.count
      if waiting == nil {
        guard number < limit ?? .max else { return nil }
        tables.append(state: .running, at: index)
      }
      tables.studies.values[index].start(number, owner: owner)
      return tables.studies.values[index].trials[number]
    }
  }

  public func enqueueTrial(
    study: Int64, parameters: OrderedDictionary<String, Choice>, userAttributes: OrderedDictionary<String, JSONValue>
  ) throws -> FrozenTrial {
    for name in parameters.keys { try StorageChecks.name(name, of: "a parameter") }
    for key in userAttributes.keys { try StorageChecks.name(key, of: "an attribute") }
    return try addTrial(study: study, state: .waiting) { table, number in
      table.trials[number].systemAttributes[FrozenTrial.fixedParametersKey] = .object(parameters.mapValues(\.json))
      table.trials[number].userAttributes = userAttributes
    }
  }

  public func addTrial(_ trial: FrozenTrial, study: Int64) throws -> FrozenTrial {
    try addTrial(study: study, state: trial.state) { table, number in
      try StorageChecks.result(
        state: trial.state, values: trial.values, objectives: table.record.directions.count, number: number)
      try table.learn(trial.parameters)
      var copy = trial
      (copy.id, copy.number) = (table.trials[number].id, number)
      copy.intermediateValues.sort { $0.step < $1.step }
      table.trials[number] = copy
    }
  }

  private func addTrial(
    study: Int64, state: TrialState, fill: (inout StudyTable, Int) throws -> Void
  ) throws -> FrozenTrial {
    try tables.withLock { tables in
      guard let index = tables.studies.index(forKey: study) else { throw StorageChecks.notFound(study: study) }
      let number = tables.append(state: state, at: index)
      do {
        try fill(&tables.studies.values[index], number)
      } catch {
        tables.studies.values[index].trials.removeLast()
        throw error
      }
      return tables.studies.values[index].trials[number]
    }
  }

  public func setParameters(_ parameters: OrderedDictionary<String, FrozenTrial.Parameter>, trial: Int64) throws {
    for name in parameters.keys { try StorageChecks.name(name, of: "a parameter") }
    try withTrial(trial) { table, number in
      try StorageChecks.state(table.trials[number].state, isIn: .running, number: number, to: "give parameters to")
      try table.learn(parameters)
      table.trials[number].parameters.merge(parameters) { _, new in new }
    }
  }

  public func report(_ value: Double, step: Int, trial: Int64) throws {
    try withTrial(trial) { table, number in
      try StorageChecks.state(table.trials[number].state, isIn: .running, number: number, to: "report to")
      let reports = table.trials[number].intermediateValues
      guard !reports.contains(where: { $0.step == step }) else { return }
      let place = reports.firstIndex { $0.step > step } ?? reports.endIndex
      table.trials[number].intermediateValues.insert(.init(step: step, value: value), at: place)
    }
  }

  public func setTrialAttributes(
    _ attributes: OrderedDictionary<String, JSONValue>, kind: AttributeKind, trial: Int64
  ) throws {
    for key in attributes.keys { try StorageChecks.name(key, of: "an attribute") }
    try withTrial(trial) { table, number in
      try StorageChecks.state(table.trials[number].state, isIn: .running, .waiting, number: number, to: "annotate")
      switch kind {
      case .user: table.trials[number].userAttributes.merge(attributes) { _, new in new }
      case .system: table.trials[number].systemAttributes.merge(attributes) { _, new in new }
      }
    }
  }

  public func finishTrial(
    _ trial: Int64, state: TrialState, values: [Double], attributes: OrderedDictionary<String, JSONValue>
  ) throws {
    try withTrial(trial) { table, number in
      try StorageChecks.state(table.trials[number].state, isIn: .running, number: number, to: "finish")
      try StorageChecks.result(
        state: state, values: values, objectives: table.record.directions.count, number: number)
      table.trials[number].state = state
      table.trials[number].values = values
      table.trials[number].completed = .now
      table.trials[number].systemAttributes.merge(attributes) { _, new in new }
      table.owners[trial] = nil
    }
  }

  public func requeueTrial(_ trial: Int64) throws {
    try withTrial(trial) { table, number in
      try StorageChecks.state(table.trials[number].state, isIn: .running, number: number, to: "requeue")
      table.requeue(number)
    }
  }

  public func requeueOrphans(study: Int64) throws -> [Int] {
    try withStudy(study) { table in
      let orphans = table.trials.filter { trial in
        trial.state == .running && table.owners[trial.id]?.hasEnded == true
      }
      for orphan in orphans { table.requeue(orphan.number) }
      return orphans.map(\.number)
    }
  }
}

// MARK: - Reading

extension InMemoryStorage {
  public func trial(_ id: Int64) throws -> FrozenTrial {
    try withTrial(id) { table, number in table.trials[number] }
  }

  public func trials(study: Int64, states: Set<TrialState>?) throws -> [FrozenTrial] {
    try withStudy(study) { table in
      guard let states else { return table.trials }
      return table.trials.filter { states.contains($0.state) }
    }
  }

  public func changes(study: Int64, since cursor: inout TrialCursor) throws -> [FrozenTrial] {
    let changed = try withStudy(study) { table in
      let firstNew = table.trials.partitioningIndex { $0.id > cursor.lastID }
      let known = table.trials[..<firstNew]
      let revisited = cursor.unfinished.sorted().compactMap { id in
        let place = known.partitioningIndex { $0.id >= id }
        return place < known.endIndex && known[place].id == id ? known[place] : nil
      }
      return revisited + table.trials[firstNew...]
    }
    cursor.advance(over: changed)
    return changed
  }

  public func counts(study: Int64) throws -> [TrialState: Int] {
    try withStudy(study) { table in
      table.trials.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
    }
  }
}

// MARK: - Tables

extension InMemoryStorage {
  private func withStudy<Result: Sendable>(_ id: Int64, _ body: (inout StudyTable) throws -> Result) throws -> Result {
    try tables.withLock { tables in
      guard let index = tables.studies.index(forKey: id) else { throw StorageChecks.notFound(study: id) }
      return try body(&tables.studies.values[index])
    }
  }

  private func withTrial<Result: Sendable>(
    _ id: Int64, _ body: (inout StudyTable, Int) throws -> Result
  ) throws -> Result {
    try tables.withLock { tables in
      guard let place = tables.places[id], let index = tables.studies.index(forKey: place.study) else {
        throw StorageChecks.notFound(trial: id)
      }
      return try body(&tables.studies.values[index], place.number)
    }
  }
}

extension InMemoryStorage.Tables {
  /// Adds a trial to the study at that position and returns the trial's number.
  @discardableResult
  fileprivate mutating func append(state: TrialState, at index: Int) -> Int {
    lastTrialID += 1
    let number = studies.values[index].trials.count
    places[lastTrialID] = (studies.keys[index], number)
    studies.values[index].trials.append(FrozenTrial(id: lastTrialID, number: number, state: state))
    return number
  }
}

extension InMemoryStorage.StudyTable {
  /// Takes note of distributions.
  fileprivate mutating func learn(_ parameters: OrderedDictionary<String, FrozenTrial.Parameter>) throws {
    for (name, parameter) in parameters {
      try StorageChecks.compatibility(of: parameter.distribution, with: distributions[name], name: name)
    }
    for (name, parameter) in parameters where distributions[name] == nil {
      distributions[name] = parameter.distribution
    }
  }

  fileprivate var lowestWaiting: Int? { trials[firstWaiting...].firstIndex { $0.state == .waiting } }

  fileprivate mutating func start(_ number: Int, owner: ProcessIdentity) {
    trials[number].state = .running
    trials[number].started = .now
    owners[trials[number].id] = owner
    firstWaiting = max(firstWaiting, number + 1)
  }

  fileprivate mutating func requeue(_ number: Int) {
    let trial = trials[number]
    var fresh = FrozenTrial(id: trial.id, number: number, state: .waiting)
    fresh.userAttributes = trial.userAttributes
    fresh.systemAttributes = trial.systemAttributes
    fresh.systemAttributes[FrozenTrial.fixedParametersKey] = trial.parametersToRepeat
    trials[number] = fresh
    owners[trial.id] = nil
    firstWaiting = min(firstWaiting, number)
  }
}

extension RandomAccessCollection {
  /// The first index whose element satisfies the predicate, where all elements after it do as well.
  fileprivate func partitioningIndex(where predicate: (Element) -> Bool) -> Index {
    var (low, count) = (startIndex, self.count)
    while count > 0 {
      let middle = index(low, offsetBy: count / 2)
      if predicate(self[middle]) {
        count /= 2
      } else {
        low = index(after: middle)
        count -= count / 2 + 1
      }
    }
    return low
  }
}
