import HPO
import Testing

@testable import HPOCommands

@Suite("The front of an architecture search")
struct ArchitectureFrontTests {
  private func trial(_ number: Int, _ accuracy: Double, _ flash: Int, _ ram: Int) throws -> FrozenTrial {
    let storage = InMemoryStorage()
    let study = try storage.createStudy(name: "s", directions: [.maximize, .minimize, .minimize])
    let started = try #require(
      try storage.startTrial(study: study.id, owner: .current, limit: nil, number: nil) { _ in [:] })
    try storage.setTrialAttributes(["flash": .int(flash), "ram": .int(ram)], kind: .user, of: started.lease)
    let values = [accuracy, Double(flash), Double(ram)]
    _ = try storage.finishTrial(started.lease, state: .complete, values: values, attributes: [:])
    var trial = try storage.trial(started.record.id)
    trial.number = number
    return trial
  }

  private func record(_ names: [String]) -> StudyRecord {
    var record = StudyRecord(
      id: 1, name: "s", directions: [.maximize] + Array(repeating: .minimize, count: names.count - 1))
    record.systemAttributes[StudyRecord.metricNamesKey] = .array(names.map(JSONValue.string))
    return record
  }

  @Test("holds what nothing beats in all objectives, and its line what nothing beats in the first two")
  func threeObjectives() throws {
    let trials = [
      try trial(0, 0.9, 100, 100),  // beaten by 2 in all
      try trial(1, 0.8, 200, 10),  // worse and larger than 2, but of little memory
      try trial(2, 0.95, 90, 90), try trial(3, 0.97, 300, 300), try trial(4, 0.97, 300, 300),  // equal: the first
      try trial(5, 0.97, 300, 200),  // beats both
      try trial(6, 0.5, 80, 500),
    ]
    let front = try ArchitectureFront(record(["accuracy", "flash", "ram"]), trials: trials, cost: nil)
    #expect(front.front.map(\.trial.number) == [6, 2, 1, 5])
    #expect(front.line.map(\.trial.number) == [6, 2, 5])
    #expect(front.axes == "accuracy, flash and ram" && front.cost == .flash)
    #expect(front.texts.map { $0[0] } == ["6", "2", "1", "5"] && front.texts[0].count == front.headings.count)
    // One cost alone, whatever the objectives.
    let memory = try ArchitectureFront(record(["accuracy", "flash", "ram"]), trials: trials, cost: .ram)
    #expect(memory.front.map(\.trial.number) == [1, 2, 5] && memory.axes == "accuracy and ram")
    let plain = try ArchitectureFront(record(["accuracy"]), trials: trials, cost: nil)
    #expect(plain.front.map(\.trial.number) == [6, 2, 3])
  }

  @Test("is the set of what nothing beats, for random trials of several objectives")
  func property() throws {
    var numbers = SystemRandomNumberGenerator()
    for _ in 0..<20 {
      let trials = try (0..<40).map {
        try trial(
          $0, Double(Int.random(in: 0..<8, using: &numbers)) / 8, Int.random(in: 1..<8, using: &numbers),
          Int.random(in: 1..<8, using: &numbers))
      }
      let front = try ArchitectureFront(record(["accuracy", "flash", "ram"]), trials: trials, cost: nil)
      let expected = trials.filter { candidate in
        !trials.contains { other in
          let isNowhereWorse =
            other.values[0] >= candidate.values[0] && other.values[1] <= candidate.values[1]
            && other.values[2] <= candidate.values[2]
          return isNowhereWorse && (other.values != candidate.values || other.number < candidate.number)
        }
      }
      #expect(Set(front.front.map(\.trial.number)) == Set(expected.map(\.number)), "\(trials.map(\.values))")
    }
  }
}
