import OrderedCollections
import SearchSpace
import Testing
import TrialStorage
import Trials

@Suite("Every storage: excluded, repeated and added trials")
struct ExclusionContractTests {
  static let implementations = StorageImplementation.allCases
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A study with complete trials of the values 0, 1, 2, ….
  private func study(_ storage: any Storage, complete count: Int) throws -> Int64 {
    let study = try storage.createStudy(name: "s", directions: [.minimize]).id
    for number in 0..<count {
      let trial = try started(storage, study)
      try storage.setParameters(parameters(["x": .double(Double(number) / 100)]), trial: trial.id)
      try storage.finishTrial(trial.id, state: .complete, values: [Double(number)], attributes: [:])
    }
    return study
  }

  @Test("An excluded trial keeps everything, and no longer counts until it is included", arguments: implementations)
  func excludes(_ implementation: StorageImplementation) throws {
    let storage = try implementation.make(in: folder)
    let study = try study(storage, complete: 3)
    let before = try storage.trial(number: 1, study: study)
    try storage.setExclusion("old data", trial: before.id)
    var excluded = before
    excluded.exclusion = "old data"
    #expect(try storage.trial(before.id) == excluded)
    #expect(try storage.trials(study: study, states: nil).map(\.exclusion) == [nil, "old data", nil])
    #expect(try storage.counts(study: study)[.complete] == 2)
    #expect(try storage.excludedCount(study: study) == 1)
    try storage.setExclusion("", trial: before.id)
    #expect(try storage.trial(before.id).exclusion == "" && storage.excludedCount(study: study) == 1)
    try storage.setExclusion(nil, trial: before.id)
    #expect(try storage.trial(before.id) == before)
    #expect(try storage.counts(study: study)[.complete] == 3 && storage.excludedCount(study: study) == 0)
  }

  @Test("An excluded trial makes room for another one within the limit", arguments: implementations)
  func freesTheLimit(_ implementation: StorageImplementation) throws {
    let storage = try implementation.make(in: folder)
    let study = try study(storage, complete: 3)
    #expect(try storage.startTrial(study: study, owner: .current, limit: 3) == nil)
    try storage.setExclusion("", trial: storage.trial(number: 0, study: study).id)
    let new = try #require(try storage.startTrial(study: study, owner: .current, limit: 3))
    #expect(new.number == 3)
    #expect(try storage.startTrial(study: study, owner: .current, limit: 3) == nil)
  }

  @Test("Only a finished trial can be excluded or repeated", arguments: implementations)
  func refusesUnfinished(_ implementation: StorageImplementation) throws {
    let storage = try implementation.make(in: folder)
    let study = try study(storage, complete: 0)
    let waiting = try storage.enqueueTrial(study: study, parameters: ["x": 0.5], userAttributes: [:])
    #expect(expectError(.wrongState) { try storage.setExclusion("", trial: waiting.id) }.contains("WAITING"))
    let running = try started(storage, study)
    expectError(.wrongState) { try storage.setExclusion("", trial: running.id) }
    expectError(.wrongState) { _ = try storage.repeatTrial(running.id) { _ in "" } }
    expectError(.trialNotFound) { try storage.setExclusion("", trial: 999) }
    expectError(.trialNotFound) { _ = try storage.repeatTrial(999) { _ in "" } }
  }

  @Test("Whoever reads changes gets all trials anew after an exclusion", arguments: implementations)
  func announces(_ implementation: StorageImplementation) throws {
    let storage = try implementation.make(in: folder)
    let study = try study(storage, complete: 3)
    var cursor = TrialCursor()
    #expect(try storage.changes(study: study, since: &cursor).count == 3)
    #expect(try storage.changes(study: study, since: &cursor).isEmpty)
    let id = try storage.trial(number: 2, study: study).id
    for reason in ["wrong", nil] {
      let revision = cursor.revision
      try storage.setExclusion(reason, trial: id)
      let changes = try storage.changes(study: study, since: &cursor)
      #expect(changes.map(\.exclusion) == [nil, nil, reason])
      #expect(cursor.revision != revision)
      #expect(try storage.changes(study: study, since: &cursor).isEmpty)
    }
  }

  @Test("A repeated trial is excluded, and a copy waits with its parameters", arguments: implementations)
  func repeats(_ implementation: StorageImplementation) throws {
    let storage = try implementation.make(in: folder)
    let study = try study(storage, complete: 2)
    let first = try storage.trial(number: 0, study: study)
    let copy = try storage.repeatTrial(first.id) { "runs again as trial \($0)" }
    #expect(copy.number == 2 && copy.state == .waiting && copy.repeated == 0)
    #expect(copy.fixedParameters == ["x": 0.0])
    // Typed twice, it does not run twice.
    #expect(
      expectError(.wrongState) { _ = try storage.repeatTrial(first.id) { _ in "" } }.contains("as trial 2 already"))
    #expect(try storage.trial(number: 0, study: study).exclusion == "runs again as trial 2")
    let again = try #require(try storage.startTrial(study: study, owner: .current, limit: 2))
    #expect(again.id == copy.id)
    #expect(
      expectError(.wrongState) { _ = try storage.repeatTrial(first.id) { _ in "" } }.contains("runs again as trial 2"))
    #expect(try storage.trials(study: study, states: nil).count == 3)
    #expect(try storage.startTrial(study: study, owner: .current, limit: 2) == nil)
    try storage.finishTrial(again.id, state: .failed, values: [], attributes: [:])
    #expect(try storage.repeatTrial(first.id) { _ in "" }.number == 3)
  }

  @Test("A trial is found by its number", arguments: implementations)
  func findsByNumber(_ implementation: StorageImplementation) throws {
    let storage = try implementation.make(in: folder)
    let study = try study(storage, complete: 3)
    for number in 0..<3 { #expect(try storage.trial(number: number, study: study).value == Double(number)) }
    #expect(expectError(.trialNotFound) { _ = try storage.trial(number: 3, study: study) }.contains("0 to 2"))
    expectError(.trialNotFound) { _ = try storage.trial(number: -1, study: study) }
    expectError(.studyNotFound) { _ = try storage.trial(number: 0, study: study + 9) }
  }

  @Test("Added trials are all there or, where one does not fit, none", arguments: implementations)
  func addsAllOrNone(_ implementation: StorageImplementation) throws {
    let storage = try implementation.make(in: folder)
    let study = try study(storage, complete: 1)
    let sound = try storage.trial(number: 0, study: study)
    var broken = sound
    broken.values = []
    var waiting = FrozenTrial(id: 0, number: 0, state: .waiting)
    waiting.systemAttributes[FrozenTrial.fixedParametersKey] = ["x": 0.25]
    expectError(.invalidValue) { _ = try storage.addTrials(study: study) { _ in [sound, waiting, broken] } }
    #expect(try storage.trials(study: study, states: nil) == [sound])
    var excluded = sound
    excluded.exclusion = "copied so"
    let added = try storage.addTrials(study: study) { first in
      #expect(first == 1)
      return [sound, waiting, excluded]
    }
    #expect(added.map(\.number) == [1, 2, 3])
    #expect(try storage.trials(study: study, states: nil) == [sound] + added)
    #expect(try storage.excludedCount(study: study) == 1)
    #expect(try started(storage, study).number == 2)
  }

  @Test("A note is kept where optuna-dashboard keeps it, in pieces, and can be changed", arguments: implementations)
  func notes(_ implementation: StorageImplementation) throws {
    let storage = try implementation.make(in: folder)
    let study = try study(storage, complete: 2)
    let id = try storage.trial(number: 0, study: study).id
    func record() throws -> StudyRecord { try #require(try storage.study(named: "s")) }
    let long = String(repeating: "é🙂", count: 2000)
    for (version, text) in zip(1..., ["short", long, "shorter\nthan before", ""]) {
      try storage.annotate(trial: id, of: record(), with: text)
      #expect(try record().note(onTrial: id) == (text.isEmpty ? nil : text))
      #expect(try record().systemAttributes["dashboard:\(id):note_ver"] == .int(version))
    }
    try storage.annotate(trial: id, of: record(), with: long)
    let first = try #require(try record().systemAttributes["dashboard:\(id):note_str:0"]?.stringValue)
    #expect(first.unicodeScalars.count == 2045)
    #expect(try record().note(onTrial: id + 1) == nil)
  }
}
