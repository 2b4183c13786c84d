import OrderedCollections
import SearchSpace
import Testing
import TrialStorage
import Trials

@Suite("Every storage: the life of a trial")
struct TrialContractTests {
  static let implementations = StorageImplementation.allCases
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func make(_ implementation: StorageImplementation, objectives: Int = 1) throws -> (any Storage, Int64) {
    let storage = try implementation.make(in: folder)
    // Another study's trials lie between this one's.
    let other = try storage.createStudy(name: "other", directions: [.minimize]).id
    _ = try started(storage, other)
    let study = try storage.createStudy(
      name: "s", directions: Array(repeating: .minimize, count: objectives))
    return (storage, study.id)
  }

  @Test("Numbers are 0, 1, 2 in each study and identifiers ascend over all", arguments: implementations)
  func numbersTrials(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    let other = try #require(try storage.study(named: "other")).id
    var last: Int64 = 0
    for number in 0..<20 {
      let trial = try started(storage, study)
      #expect(trial.number == number && trial.state == .running && trial.id > last)
      #expect(trial.started != nil && trial.completed == nil)
      last = trial.id
      if number % 3 == 0 { last = try started(storage, other).id }
    }
    #expect(try storage.trials(study: study, states: nil).map(\.number) == Array(0..<20))
    #expect(try storage.trials(study: other, states: nil).map(\.number) == Array(0..<8))
  }

  @Test("The end of a trial looks in its transaction at what others did since", arguments: implementations)
  func looksAtTheOthers(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    func lease(_ trial: FrozenTrial) throws -> TrialLease { try #require(try storage.run(trial: trial.id)).lease }
    let (first, second, third) = (
      try started(storage, study), try started(storage, study), try started(storage, study)
    )
    var cursor = TrialCursor()
    #expect(try storage.changes(study: study, since: &cursor).count == 3)
    try storage.finishTrial(first.id, state: .complete, values: [1], attributes: [:])
    var news: [[FrozenTrial]] = []
    for (trial, cursor) in [(second, cursor), (third, nil)] {
      let sync = try storage.commitEnd(
        of: lease(trial), state: .complete, values: [2], parameters: [:], attributes: ["a": 1, "b": 1], since: cursor
      ) { found in
        news.append(found)
        return ["b": 2]
      }
      try sync.wait()
    }
    #expect(news.count == 1 && news[0].map(\.number) == [0, 1, 2])
    #expect(news[0].map(\.state) == [.complete, .running, .running] && news[0][0].values == [1])
    #expect(try storage.trial(second.id).systemAttributes == ["a": 1, "b": 2])
    #expect(try storage.trial(third.id).systemAttributes == ["a": 1, "b": 1])
  }

  @Test("The limit counts all trials, and waiting ones start beyond it", arguments: implementations)
  func holdsToLimit(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    func start(_ limit: Int?) throws -> Int? {
      try storage.startTrial(study: study, owner: .current, limit: limit)?.number
    }
    #expect(try start(0) == nil)
    #expect(try start(2) == 0)
    #expect(try start(2) == 1)
    #expect(try start(2) == nil)
    let waiting = try storage.enqueueTrial(study: study, parameters: [:], userAttributes: [:])
    #expect(waiting.number == 2)
    #expect(try start(2) == 2)
    #expect(try start(0) == nil)
    #expect(try start(4) == 3)
    #expect(try start(nil) == 4)
  }

  @Test("Of the trials of a study only one has what it claims, until it fails", arguments: implementations)
  func claims(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    func start(_ study: Int64) throws -> StartedTrial {
      try #require(
        try storage.startTrial(study: study, owner: .current, limit: nil, number: nil) { _ in [:] })
    }
    let (first, second, third) = (try start(study), try start(study), try start(study))
    let other = try start(try #require(try storage.study(named: "other")).id)
    #expect(try storage.claim("a", of: first.lease))
    #expect(try storage.claim("a", of: first.lease), "its own claim is no obstacle")
    #expect(try !storage.claim("a", of: second.lease))
    #expect(try storage.trial(second.record.id).systemAttributes.isEmpty)
    #expect(try storage.claim("\u{FC}\"", of: second.lease))
    #expect(try storage.claim("b", of: second.lease))
    #expect(try storage.claim("\u{FC}\"", of: first.lease), "what its trial has given up is free")
    #expect(try storage.claim("a", of: first.lease))
    #expect(try storage.claim("a", of: other.lease), "another study is another matter")
    _ = try storage.finishTrial(first.lease, state: .failed, values: [], attributes: [:])
    #expect(try storage.claim("a", of: third.lease))
    #expect(try !storage.claim("a", of: second.lease))
    _ = try storage.finishTrial(third.lease, state: .complete, values: [1], attributes: [:])
    #expect(try !storage.claim("a", of: second.lease))
    #expect(try storage.trial(second.record.id).systemAttributes == [FrozenTrial.candidateKey: "b"])
    #expect(throws: StorageError.self) { try storage.claim("c", of: third.lease) }
  }

  @Test("What a trial was added with, or was given in another way, is claimed as well", arguments: implementations)
  func givenClaims(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    var added = FrozenTrial(id: 0, number: 0, state: .complete)
    added.values = [1]
    added.systemAttributes = [FrozenTrial.candidateKey: "added"]
    try storage.addTrial(added, study: study)
    let assigned = try #require(
      try storage.startTrial(study: study, owner: .current, limit: nil) { _ in
        [FrozenTrial.candidateKey: "assigned"]
      })
    let trial = try #require(
      try storage.startTrial(study: study, owner: .current, limit: nil) { _ in [:] })
    for taken in ["added", "assigned"] { #expect(try !storage.claim(taken, of: trial.lease)) }
    try storage.setTrialAttributes([FrozenTrial.candidateKey: "set"], kind: .system, of: assigned.lease)
    #expect(try !storage.claim("set", of: trial.lease))
    #expect(try storage.claim("assigned", of: trial.lease))
  }

  @Test("An enqueued trial waits with what is fixed, and the lowest number starts first", arguments: implementations)
  func startsWaitingFirst(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    let fixed: OrderedDictionary<String, Choice> = ["rate": 0.01, "kind": nil, "n": 3, "text": "ä", "flag": false]
    let queued = try storage.enqueueTrial(study: study, parameters: fixed, userAttributes: ["by": "hand"])
    _ = try storage.enqueueTrial(study: study, parameters: [:], userAttributes: [:])
    #expect(queued.state == .waiting && queued.started == nil && queued.parameters.isEmpty)
    #expect(queued.fixedParameters == fixed)
    #expect(try storage.trial(queued.id) == queued)
    let first = try started(storage, study)
    #expect(first.id == queued.id && first.number == 0 && first.state == .running && first.started != nil)
    #expect(first.fixedParameters == fixed && first.userAttributes == ["by": "hand"])
    #expect(try storage.trial(first.id) == first)
    #expect(try started(storage, study).number == 1)
    #expect(try started(storage, study).number == 2)
    expectError(.invalidValue) { _ = try storage.enqueueTrial(study: study, parameters: ["": 1], userAttributes: [:]) }
    expectError(.invalidValue) { _ = try storage.enqueueTrial(study: study, parameters: [:], userAttributes: ["": 1]) }
    expectError(.studyNotFound) { _ = try storage.enqueueTrial(study: -1, parameters: [:], userAttributes: [:]) }
  }

  @Test("Parameters stay in the order of their suggestion, in all kinds", arguments: implementations)
  func keepsParameters(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    let trial = try started(storage, study).id
    let first = try parameters(["units": 1000, "x": -0.1, "kind": 2.5])
    let second = try parameters(["rate": 1.25e-4, "step": 0.75, "n": 64, "even": 4])
    try storage.setParameters(first, trial: trial)
    try storage.setParameters(second, trial: trial)
    let expected = first.merging(second) { $1 }
    #expect(try storage.trial(trial).parameters.elements.map(\.key) == expected.elements.map(\.key))
    #expect(try storage.trial(trial).parameters == expected)
    try storage.setParameters(parameters(["x": 0.5]), trial: trial)
    #expect(try storage.trial(trial).parameters["x"]?.external == 0.5)
    #expect(try storage.trial(trial).parameters.keys.first == "units")
    expectError(.invalidValue) { try storage.setParameters(["": first.values[0]], trial: trial) }
  }

  @Test("A name keeps its kind of distribution within a study", arguments: implementations)
  func refusesIncompatibleParameters(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    let first = try started(storage, study).id
    try storage.setParameters(parameters(["x": 0.5, "kind": true]), trial: first)
    let second = try started(storage, study).id
    let rate = try #require(Distributions.all["rate"])
    let wider = Distribution.float(try FloatDistribution(low: -10, high: 10, step: 0.5))
    let choices = Distribution.categorical(try CategoricalDistribution(["a", nil, true, 3, 2.0]))
    expectError(.incompatibleParameter) {
      try storage.setParameters(
        ["new": .init(distribution: rate, value: 0.01), "x": .init(distribution: rate, value: 0.01)], trial: second)
    }
    expectError(.incompatibleParameter) {
      try storage.setParameters(["kind": .init(distribution: choices, value: 0)], trial: second)
    }
    #expect(try storage.trial(second).parameters.isEmpty)
    try storage.setParameters(["x": .init(distribution: wider, value: 5)], trial: second)
    var foreign = FrozenTrial(id: 0, number: 0, state: .failed)
    foreign.parameters = ["x": .init(distribution: rate, value: 0.01)]
    expectError(.incompatibleParameter) { _ = try storage.addTrial(foreign, study: study) }
    #expect(try storage.counts(study: study) == [.running: 2])
    // Another study has its own names.
    let other = try #require(try storage.study(named: "other")).id
    _ = try storage.addTrial(foreign, study: other)
  }

  @Test("Reports are in the order of their steps, and the first of a step stays", arguments: implementations)
  func keepsReports(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    let trial = try started(storage, study).id
    let reports: [(Int, Double)] = [
      (5, 0.5), (1, .nan), (-3, -.infinity), (5, 9), (1_000_000_000_000, .infinity), (2, .leastNormalMagnitude / 8),
      (1, 1),
    ]
    for (step, value) in reports { try storage.report(value, step: step, trial: trial) }
    let stored = try storage.trial(trial).intermediateValues
    #expect(stored.map(\.step) == [-3, 1, 2, 5, 1_000_000_000_000])
    #expect(stored.map { String($0.value) } == ["-inf", "nan", "2.781342323134e-309", "0.5", "inf"])
    expectError(.trialNotFound) { try storage.report(1, step: 1, trial: trial + 100) }
  }

  @Test("Attributes of a running and of a waiting trial can be set", arguments: implementations)
  func keepsAttributes(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    let waiting = try storage.enqueueTrial(study: study, parameters: ["x": 1], userAttributes: ["a": 1])
    try storage.setTrialAttributes(["b": [1.5, "ü"], "a": nil], kind: .user, trial: waiting.id)
    let running = try started(storage, study)
    #expect(running.userAttributes.elements.map(\.key) == ["a", "b"])
    try storage.setTrialAttributes(["s": true, "t": .double(.infinity)], kind: .system, trial: running.id)
    try storage.setTrialAttributes([:], kind: .system, trial: running.id)
    let trial = try storage.trial(running.id)
    #expect(trial.userAttributes == ["a": nil, "b": [1.5, "ü"]])
    #expect(trial.systemAttributes == ["fixed_params": ["x": 1], "s": true, "t": .double(.infinity)])
    expectError(.invalidValue) { try storage.setTrialAttributes(["": 1], kind: .user, trial: running.id) }
  }

  @Test("A trial ends once, with the values that its state has", arguments: implementations)
  func finishesTrials(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation, objectives: 2)
    let good: [(TrialState, [Double])] = [
      (.complete, [1, -.infinity]), (.complete, [.infinity, .leastNonzeroMagnitude]), (.pruned, []),
      (.pruned, [0.1, 0.2]),
      (.failed, []),
    ]
    let bad: [(TrialState, [Double])] = [
      (.complete, []), (.complete, [1]), (.complete, [1, 2, 3]), (.complete, [1, .nan]), (.pruned, [1]),
      (.failed, [1, 2]), (.running, []), (.waiting, []),
    ]
    for (state, values) in good {
      let trial = try started(storage, study).id
      for (state, values) in bad {
        expectError(.invalidValue) {
          try storage.finishTrial(trial, state: state, values: values, attributes: ["lost": 1])
        }
      }
      #expect(try storage.trial(trial).state == .running)
      try storage.finishTrial(trial, state: state, values: values, attributes: ["why": "x"])
      let finished = try storage.trial(trial)
      #expect(finished.state == state && finished.values == values && finished.completed != nil)
      #expect(finished.systemAttributes == ["why": "x"])
      for (state, values) in good {
        expectError(.wrongState) { try storage.finishTrial(trial, state: state, values: values, attributes: [:]) }
      }
      #expect(try storage.trial(trial) == finished)
    }
    #expect(try storage.counts(study: study) == [.complete: 2, .pruned: 2, .failed: 1])
    let waiting = try storage.enqueueTrial(study: study, parameters: [:], userAttributes: [:]).id
    expectError(.wrongState) { try storage.finishTrial(waiting, state: .failed, values: [], attributes: [:]) }
  }

  @Test("A finished trial never changes", arguments: implementations)
  func keepsFinishedTrials(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    let trial = try started(storage, study).id
    try storage.finishTrial(trial, state: .complete, values: [1], attributes: [:])
    let finished = try storage.trial(trial)
    expectError(.wrongState) { try storage.setParameters(parameters(["x": 1]), trial: trial) }
    expectError(.wrongState) { try storage.report(1, step: 1, trial: trial) }
    expectError(.wrongState) { try storage.setTrialAttributes(["a": 1], kind: .user, trial: trial) }
    expectError(.wrongState) { try storage.requeueTrial(trial) }
    #expect(try storage.requeueOrphans(study: study).requeued == [])
    #expect(try storage.trial(trial) == finished)
    let waiting = try storage.enqueueTrial(study: study, parameters: [:], userAttributes: [:]).id
    expectError(.wrongState) { try storage.setParameters(parameters(["x": 1]), trial: waiting) }
    expectError(.wrongState) { try storage.report(1, step: 1, trial: waiting) }
    expectError(.wrongState) { try storage.requeueTrial(waiting) }
  }

  @Test("A requeued trial waits with its parameters, and its reports are gone", arguments: implementations)
  func requeuesTrials(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    _ = try storage.enqueueTrial(study: study, parameters: ["n": 3, "late": "z"], userAttributes: ["a": 1])
    let trial = try started(storage, study).id
    let later = try started(storage, study).id
    try storage.setParameters(parameters(["x": 0.1, "n": 5, "kind": nil]), trial: trial)
    try storage.report(1, step: 1, trial: trial)
    try storage.setTrialAttributes(["s": 1], kind: .system, trial: trial)
    try storage.requeueTrial(trial)
    let waiting = try storage.trial(trial)
    #expect(waiting.state == .waiting && waiting.started == nil && waiting.completed == nil)
    #expect(waiting.externalParameters.elements.map(\.key) == ["x", "n", "kind"])
    #expect(waiting.externalParameters == ["x": 0.1, "n": 5, "kind": nil])
    #expect(waiting.intermediateValues.isEmpty && waiting.userAttributes == ["a": 1])
    #expect(waiting.fixedParameters == ["n": 3, "late": "z"])
    #expect(waiting.systemAttributes["s"] == 1)
    let again = try started(storage, study)
    #expect(again.id == trial && again.number == 0 && again.parameters == waiting.parameters)
    try storage.report(2, step: 1, trial: trial)
    #expect(try storage.trial(trial).intermediateValues.map(\.value) == [2])
    #expect(try storage.trial(later).state == .running)
  }

  @Test("Trials whose owner has ended wait again, and only those", arguments: implementations)
  func requeuesOrphans(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    let elsewhere = ProcessIdentity(host: "elsewhere", boot: "x", process: 1, startTime: 1)
    var beforeBoot = ProcessIdentity.current
    beforeBoot.boot = "an earlier boot/" + (beforeBoot.boot.split(separator: "/").last ?? "")
    let owners: [ProcessIdentity] = [.current, .ended, elsewhere, .ended, beforeBoot, .ended]
    let trials = try owners.map { try started(storage, study, owner: $0).id }
    try storage.setParameters(parameters(["x": 0.25]), trial: trials[1])
    try storage.finishTrial(trials[5], state: .failed, values: [], attributes: [:])
    #expect(try storage.requeueOrphans(study: study).requeued == [1, 3, 4])
    #expect(try storage.requeueOrphans(study: study).requeued == [])
    #expect(try storage.counts(study: study) == [.running: 2, .waiting: 3, .failed: 1])
    let again = try started(storage, study)
    #expect(again.number == 1 && again.externalParameters == ["x": 0.25])
    #expect(try storage.requeueOrphans(study: study).requeued == [])
    expectError(.studyNotFound) { _ = try storage.requeueOrphans(study: -1) }
  }

  @Test("An added trial is stored as it is, but for its id and number", arguments: implementations)
  func addsTrials(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    _ = try started(storage, study)
    var trial = FrozenTrial(id: 99, number: 99, state: .pruned)
    trial.values = [-.infinity]
    trial.parameters = try parameters(["kind": 3, "x": 0.5])
    trial.intermediateValues = [.init(step: 3, value: 1), .init(step: 1, value: 2), .init(step: 3, value: 5)]
    trial.userAttributes = ["b": 1, "a": [nil]]
    trial.systemAttributes = ["constraints:c": -1.5]
    trial.started = Timestamp(microseconds: 1_700_000_000_000_001)
    trial.completed = Timestamp(microseconds: -1)
    let added = try storage.addTrial(trial, study: study)
    #expect(added.number == 1 && added.id != 99)
    #expect(added.intermediateValues == [.init(step: 1, value: 2), .init(step: 3, value: 1)])
    var expected = trial
    (expected.id, expected.number, expected.intermediateValues) = (added.id, 1, added.intermediateValues)
    #expect(added == expected)
    #expect(try storage.trial(added.id) == expected)
    #expect(expected.userAttributes.elements.map(\.key) == ["b", "a"])

    trial.values = [.nan]
    expectError(.invalidValue) { _ = try storage.addTrial(trial, study: study) }
    trial.values = []
    trial.state = .running
    expectError(.invalidValue) { _ = try storage.addTrial(trial, study: study) }
    trial.state = .failed
    trial.systemAttributes[""] = 1
    expectError(.invalidValue) { _ = try storage.addTrial(trial, study: study) }
    expectError(.studyNotFound) { _ = try storage.addTrial(expected, study: -1) }
    #expect(try storage.trials(study: study, states: nil).count == 2)
    #expect(try started(storage, study).number == 2)
  }

  @Test("Changes are what is new and what was unfinished", arguments: implementations)
  func tellsChanges(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    let other = try #require(try storage.study(named: "other")).id
    var cursor = TrialCursor()
    func changes() throws -> [Int] { try storage.changes(study: study, since: &cursor).map(\.number) }
    #expect(try changes() == [])
    let first = try started(storage, study).id
    let second = try started(storage, study).id
    #expect(try changes() == [0, 1])
    #expect(try changes() == [0, 1])
    try storage.finishTrial(second, state: .failed, values: [], attributes: [:])
    _ = try started(storage, other)
    #expect(try changes() == [0, 1])
    #expect(try changes() == [0])
    _ = try storage.enqueueTrial(study: study, parameters: [:], userAttributes: [:])
    try storage.finishTrial(first, state: .complete, values: [1], attributes: [:])
    #expect(try changes() == [0, 2])
    #expect(try changes() == [2])
    var added = FrozenTrial(id: 0, number: 0, state: .complete)
    added.values = [0]
    _ = try storage.addTrial(added, study: study)
    #expect(try changes() == [2, 3])
    #expect(try changes() == [2])
    var fresh = TrialCursor()
    #expect(try storage.changes(study: study, since: &fresh) == storage.trials(study: study, states: nil))
    expectError(.studyNotFound) { _ = try storage.changes(study: -1, since: &fresh) }
  }

  @Test("Trials are read by their states and counted", arguments: implementations)
  func readsByState(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    #expect(try storage.counts(study: study) == [:])
    for state in [TrialState.complete, .failed, .complete, .pruned] {
      let trial = try started(storage, study).id
      try storage.finishTrial(trial, state: state, values: state == .complete ? [1] : [], attributes: [:])
    }
    _ = try storage.enqueueTrial(study: study, parameters: [:], userAttributes: [:])
    _ = try storage.enqueueTrial(study: study, parameters: [:], userAttributes: [:])
    _ = try started(storage, study)
    func numbers(_ states: Set<TrialState>?) throws -> [Int] {
      try storage.trials(study: study, states: states).map(\.number)
    }
    #expect(try numbers(nil) == Array(0..<6))
    #expect(try numbers([]) == [])
    #expect(try numbers([.complete]) == [0, 2])
    #expect(try numbers([.failed, .waiting]) == [1, 5])
    #expect(try numbers([.running, .pruned]) == [3, 4])
    #expect(try storage.counts(study: study) == [.complete: 2, .failed: 1, .pruned: 1, .waiting: 1, .running: 1])
    expectError(.studyNotFound) { _ = try storage.counts(study: -1) }
    expectError(.trialNotFound) { _ = try storage.trial(-1) }
  }
}
