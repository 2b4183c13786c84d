import OrderedCollections
import SearchSpace
import Testing
import TrialStorage
import Trials

@Suite("Every storage: studies")
struct StorageContractTests {
  static let implementations = StorageImplementation.allCases
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("A study is found by its name and listed in the order of creation", arguments: implementations)
  func findsStudies(_ implementation: StorageImplementation) throws {
    let storage = try implementation.make(in: folder)
    #expect(try storage.studies().isEmpty)
    let first = try storage.createStudy(name: "b", directions: [.maximize])
    let second = try storage.createStudy(name: "a 🙂 'x'", directions: [.minimize, .maximize])
    #expect(try storage.study(named: "b") == first)
    #expect(try storage.study(named: "a 🙂 'x'") == second)
    #expect(second.directions == [.minimize, .maximize])
    #expect(try storage.study(named: "c") == nil)
    #expect(try storage.studies() == [first, second])
    #expect(first.id < second.id)
    try storage.close()
  }

  @Test("A study is renamed unless another one has the name", arguments: implementations)
  func renames(_ implementation: StorageImplementation) throws {
    let storage = try implementation.make(in: folder)
    let study = try storage.createStudy(name: "a", directions: [.maximize])
    _ = try storage.createStudy(name: "b", directions: [.minimize])
    expectError(.studyExists) { try storage.renameStudy(study.id, to: "b") }
    expectError(.invalidValue) { try storage.renameStudy(study.id, to: "") }
    expectError(.studyNotFound) { try storage.renameStudy(99, to: "c") }
    try storage.renameStudy(study.id, to: "a")
    try storage.renameStudy(study.id, to: "c")
    #expect(try storage.studies().map(\.name) == ["c", "b"])
    #expect(try storage.study(named: "c")?.id == study.id)
  }

  @Test("A second study of a name, no direction and an impossible name are refused", arguments: implementations)
  func refusesStudies(_ implementation: StorageImplementation) throws {
    let storage = try implementation.make(in: folder)
    _ = try storage.createStudy(name: "s", directions: [.minimize])
    expectError(.studyExists) { _ = try storage.createStudy(name: "s", directions: [.minimize]) }
    expectError(.invalidValue) { _ = try storage.createStudy(name: "t", directions: []) }
    expectError(.invalidValue) { _ = try storage.createStudy(name: "", directions: [.minimize]) }
    expectError(.invalidValue) { _ = try storage.createStudy(name: "a\0b", directions: [.minimize]) }
    let longest = String(repeating: "é", count: 512)
    expectError(.invalidValue) { _ = try storage.createStudy(name: longest + "x", directions: [.minimize]) }
    _ = try storage.createStudy(name: longest, directions: [.minimize])
    #expect(try storage.studies().map(\.name) == ["s", longest])
  }

  @Test("Attributes of a study keep their order, and a new value replaces an old one", arguments: implementations)
  func keepsStudyAttributes(_ implementation: StorageImplementation) throws {
    let storage = try implementation.make(in: folder)
    let study = try storage.createStudy(name: "s", directions: [.minimize]).id
    let values: [(String, JSONValue)] = [
      ("z", 1), ("a", [nil, true, "ü\n🙂", 0.1]), ("m", ["k": ["v": [:]]]), ("inf", .double(-.infinity)), ("z", 2),
    ]
    for (key, value) in values {
      try storage.setStudyAttribute(key, to: value, kind: .user, study: study)
      try storage.setStudyAttribute(key, to: .array([value]), kind: .system, study: study)
    }
    let record = try #require(try storage.study(named: "s"))
    #expect(
      record.userAttributes.elements.map(\.key) == ["z", "a", "m", "inf"] && record.userAttributes["z"] == 2
        && record.userAttributes["a"] == values[1].1 && record.userAttributes["m"] == values[2].1
        && record.userAttributes["inf"] == .double(-.infinity))
    #expect(record.systemAttributes["z"] == [2])
    expectError(.studyNotFound) { try storage.setStudyAttribute("a", to: 1, kind: .user, study: study + 1) }
    expectError(.invalidValue) { try storage.setStudyAttribute("", to: 1, kind: .user, study: study) }
  }

  @Test("A document is nil until it is set", arguments: implementations)
  func keepsDocuments(_ implementation: StorageImplementation) throws {
    let storage = try implementation.make(in: folder)
    let study = try storage.createStudy(name: "s", directions: [.minimize]).id
    let other = try storage.createStudy(name: "t", directions: [.minimize]).id
    #expect(try storage.document(.configuration, study: study) == nil)
    try storage.setDocument(.configuration, to: "a: 1\n", study: study)
    try storage.setDocument(.configuration, to: "a: 2\n", study: study)
    #expect(try storage.document(.configuration, study: study) == "a: 2\n")
    #expect(try storage.document(.seed, study: study) == nil)
    #expect(try storage.document(.configuration, study: other) == nil)
    expectError(.studyNotFound) { _ = try storage.document(.seed, study: other + 1) }
    expectError(.studyNotFound) { try storage.setDocument(.seed, to: "1", study: other + 1) }
  }

  @Test("Deleting a study takes its trials and no others, and no identifier comes back", arguments: implementations)
  func neverReusesIdentifiers(_ implementation: StorageImplementation) throws {
    let storage = try implementation.make(in: folder)
    let kept = try storage.createStudy(name: "kept", directions: [.minimize]).id
    let keptTrial = try started(storage, kept).id
    var studies: Set<Int64> = [kept]
    var trials: Set<Int64> = [keptTrial]
    var highest: (study: Int64, trial: Int64) = (kept, keptTrial)
    for _ in 0..<3 {
      let study = try storage.createStudy(name: "s", directions: [.minimize]).id
      let trial = try started(storage, study)
      try storage.setParameters(parameters(["x": 0.5]), trial: trial.id)
      try storage.report(1, step: 1, trial: trial.id)
      try storage.setTrialAttributes(["a": 1], kind: .user, trial: trial.id)
      try storage.setDocument(.seed, to: "7", study: study)
      let waiting = try storage.enqueueTrial(study: study, parameters: [:], userAttributes: [:])
      #expect(study > highest.study && trial.id > highest.trial && waiting.id > trial.id)
      highest = (study, waiting.id)
      #expect(studies.insert(study).inserted)
      #expect(trials.insert(trial.id).inserted && trials.insert(waiting.id).inserted)
      try storage.deleteStudy(study)
      expectError(.trialNotFound) { _ = try storage.trial(trial.id) }
      expectError(.trialNotFound) { try storage.report(1, step: 2, trial: trial.id) }
      expectError(.studyNotFound) { _ = try storage.trials(study: study, states: nil) }
      expectError(.studyNotFound) { _ = try storage.startTrial(study: study, owner: .current, limit: nil) }
      expectError(.studyNotFound) { try storage.deleteStudy(study) }
    }
    #expect(try storage.trials(study: kept, states: nil).map(\.id) == [keptTrial])
    let again = try storage.createStudy(name: "s", directions: [.minimize]).id
    #expect(try storage.document(.seed, study: again) == nil)
    #expect(try storage.counts(study: again).isEmpty)
  }

  @Test("Closing twice does no harm", arguments: implementations)
  func closesTwice(_ implementation: StorageImplementation) throws {
    let storage = try implementation.make(in: folder)
    _ = try storage.createStudy(name: "s", directions: [.minimize])
    try storage.close()
    try storage.close()
  }

  @Test("A missing study is reported with the names of those that there are", arguments: implementations)
  func namesStudies(_ implementation: StorageImplementation) throws {
    let storage = try implementation.make(in: folder)
    #expect(expectError(.studyNotFound) { _ = try storage.existingStudy(named: "x") }.contains("none"))
    for number in 0..<7 { _ = try storage.createStudy(name: "s\(number)", directions: [.minimize]) }
    let message = expectError(.studyNotFound) { _ = try storage.existingStudy(named: "x") }
    #expect(message.contains("'s0', 's1', 's2', 's3', 's4' and 2 more"))
    #expect(try storage.existingStudy(named: "s3").name == "s3")
  }
}
