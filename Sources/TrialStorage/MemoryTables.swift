import OrderedCollections
import SearchSpace
import Trials

/// All that an `InMemoryStorage` holds.
struct MemoryTables {
  var studies: OrderedDictionary<Int64, StudyTable> = [:]
  var lastStudyID: Int64 = 0
  var lastTrialID: Int64 = 0
  /// The study and the number of each trial.
  var places: [Int64: (study: Int64, number: Int)] = [:]

  /// Adds a trial, which gets its id and its number here, to the study at that position.
  @discardableResult
  mutating func append(_ trial: FrozenTrial, at index: Int) -> FrozenTrial {
    lastTrialID += 1
    var copy = trial
    copy.id = lastTrialID
    copy.number = studies.values[index].trials.count
    copy.settleReports()
    places[copy.id] = (studies.keys[index], copy.number)
    studies.values[index].trials.append(copy)
    studies.values[index].learn(copy.number)
    return copy
  }
}

/// A study with its trials.
struct StudyTable {
  var record: StudyRecord
  var documents: [StudyDocument: String] = [:]
  /// By number.
  var trials: [FrozenTrial] = []
  var owners: [Int64: ProcessIdentity] = [:]
  /// A distribution of the study under each name, and which trial has it.
  private var distributions: [String: (distribution: Distribution, number: Int)] = [:]
  /// No waiting trial has a lower number.
  private var firstWaiting = 0

  init(record: StudyRecord, documents: [StudyDocument: String] = [:]) {
    self.record = record
    self.documents = documents
  }

  /// - Throws: `StorageError.incompatibleParameter` where one contradicts the study.
  func check(_ parameters: OrderedDictionary<String, FrozenTrial.Parameter>) throws {
    for (name, parameter) in parameters {
      try StorageChecks.compatibility(
        of: parameter.distribution, with: distributions[name]?.distribution, name: name)
    }
  }

  /// Takes note of the distributions of a trial.
  mutating func learn(_ number: Int) {
    for (name, parameter) in trials[number].parameters where distributions[name] == nil {
      distributions[name] = (parameter.distribution, number)
    }
  }

  var lowestWaiting: Int? { trials[firstWaiting...].firstIndex { $0.state == .waiting } }

  mutating func start(_ number: Int, owner: ProcessIdentity) {
    trials[number].state = .running
    trials[number].started = .now
    owners[trials[number].id] = owner
    firstWaiting = max(firstWaiting, number + 1)
  }

  mutating func requeue(_ number: Int) {
    let trial = trials[number]
    var fresh = FrozenTrial(id: trial.id, number: number, state: .waiting)
    fresh.userAttributes = trial.userAttributes
    fresh.systemAttributes = trial.systemAttributes.filter { !FrozenTrial.isOfOneRun(attribute: $0.key) }
    fresh.systemAttributes[FrozenTrial.fixedParametersKey] = trial.parametersToRepeat
    trials[number] = fresh
    owners[trial.id] = nil
    firstWaiting = min(firstWaiting, number)
    for name in trial.parameters.keys where distributions[name]?.number == number {
      let other = trials.firstIndex { $0.parameters[name] != nil }
      distributions[name] = other.flatMap { number in
        trials[number].parameters[name].map { ($0.distribution, number) }
      }
    }
  }
}
