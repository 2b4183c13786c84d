import OrderedCollections
import SearchSpace
import Testing

@testable import Trials

@Suite("Trial history")
struct TrialHistoryTests {
  private let line: Distribution
  private let wider: Distribution
  private let scale: Distribution
  private let choice: Distribution

  init() throws {
    line = .float(try FloatDistribution(low: 0, high: 1))
    wider = .float(try FloatDistribution(low: 0, high: 2))
    scale = .float(try FloatDistribution(low: 1e-3, high: 1, log: true))
    choice = .categorical(try CategoricalDistribution(["a", "b"]))
  }

  private func trial(
    _ number: Int, _ state: TrialState, values: [Double] = [0],
    _ parameters: OrderedDictionary<String, (Distribution, Double)> = [:]
  ) -> FrozenTrial {
    var trial = FrozenTrial(id: Int64(number), number: number, state: state)
    trial.values = state == .complete ? values : []
    trial.parameters = parameters.mapValues { .init(distribution: $0.0, value: $0.1) }
    return trial
  }

  @Test("Trials are counted by state as they change it")
  func counts() {
    var history = TrialHistory(directions: [.minimize])
    func counts() -> [Int] { TrialState.allCases.map(history.count(of:)) }
    history.update(trial(0, .running))
    history.update(trial(1, .running))
    history.update(trial(2, .waiting))
    #expect(counts() == [2, 0, 0, 0, 1])
    history.update(trial(2, .running))
    history.update(trial(0, .waiting))
    #expect(counts() == [2, 0, 0, 0, 1])
    #expect(history.running.map(\.number) == [1, 2])
    history.update(trial(1, .complete))
    history.update(trial(1, .complete))
    history.update(trial(2, .failed))
    history.update(trial(2, .failed))
    history.update(trial(0, .running))
    history.update(trial(0, .pruned))
    #expect(counts() == [0, 1, 1, 1, 0])
    history.update(trial(7, .running))
    history.remove(number: 7)
    history.remove(number: 8)
    #expect(counts() == [0, 1, 1, 1, 0])
  }

  @Test("A finished trial stays what it is")
  func finality() {
    var history = TrialHistory(directions: [.minimize])
    history.update(trial(3, .complete, values: [1]))
    history.update(trial(3, .running))
    history.update(trial(3, .complete, values: [2]))
    #expect(history.count(of: .running) == 0)
    #expect(history.rows.losses == [1])
  }

  @Test(
    "A complete trial without a number for each objective is counted, but has no row",
    arguments: [[], [.nan], [1, 2]] as [[Double]])
  func oddValues(values: [Double]) {
    var history = TrialHistory(directions: [.minimize])
    history.update(trial(0, .complete, values: values))
    history.update(trial(0, .complete, values: values))
    #expect(history.count(of: .complete) == 1)
    #expect(history.rows.count == 0)
  }

  @Test("The intersection drops a name that is missing once or differs once, for good")
  func intersection() {
    var history = TrialHistory(directions: [.minimize])
    func names(_ includingPruned: Bool) -> [String] {
      Array(history.intersectionSpace(includingPruned: includingPruned).keys)
    }
    #expect(names(true).isEmpty)
    history.update(trial(0, .complete, ["z": (line, 0), "é": (line, 0), "B": (choice, 0), "a": (scale, 0.5)]))
    #expect(names(false) == ["B", "a", "z", "é"])
    history.update(trial(1, .running, ["z": (line, 0)]))
    history.update(trial(2, .failed, ["z": (line, 0)]))
    #expect(names(true) == ["B", "a", "z", "é"])
    history.update(trial(3, .pruned, ["z": (line, 0), "é": (line, 0), "B": (choice, 0)]))
    #expect(names(true) == ["B", "z", "é"])
    #expect(names(false) == ["B", "a", "z", "é"])
    history.update(trial(4, .complete, ["z": (wider, 0), "é": (line, 0), "B": (choice, 1), "a": (scale, 0.5)]))
    history.update(trial(5, .complete, ["z": (line, 0), "é": (line, 0), "B": (choice, 1), "a": (scale, 0.5)]))
    #expect(names(true) == ["B", "é"])
    #expect(names(false) == ["B", "a", "é"])
  }

  @Test("An empty first trial empties the intersection for good")
  func emptyIntersection() {
    var history = TrialHistory(directions: [.minimize])
    history.update(trial(0, .complete))
    history.update(trial(1, .complete, ["x": (line, 0)]))
    #expect(history.intersectionSpace(includingPruned: false).isEmpty)
  }

  @Test("Columns hold each trial's value in ascending order and leave out what does not fit")
  func columns() throws {
    var history = TrialHistory(directions: [.maximize])
    history.update(trial(4, .complete, ["x": (line, 0.5), "s": (scale, 0.1), "c": (choice, 1)]))
    history.update(trial(2, .pruned, ["x": (wider, 1.5)]))
    history.update(trial(9, .complete, ["x": (choice, 1), "s": (scale, 0), "c": (choice, 2)]))
    history.update(trial(1, .complete, ["x": (line, 0.5), "s": (line, 0.5), "c": (choice, 0)]))
    let column = try #require(history.rows.columns["x"])
    #expect(column.order.chunks.flatMap { $0.map { history.rows.numbers[Int($0.row)] } } == [1, 4, 2])
    #expect((0..<4).map { column.value(in: $0) } == [0.5, 1.5, nil, 0.5])
    #expect((0..<4).map { history.rows.columns["s"]?.value(in: $0) } == [0.1, nil, nil, nil])
    #expect((0..<4).map { history.rows.columns["c"]?.value(in: $0) } == [1, nil, nil, 0])
    #expect(history.rows.byNumber.chunks.flatMap { $0.map { history.rows.numbers[Int($0.row)] } } == [1, 2, 4, 9])
  }

  @Test("Reports of complete trials are sorted by step, with NaN apart")
  func reports() {
    var history = TrialHistory(directions: [.minimize])
    for (number, value) in ([3, .nan, -.infinity, 1, 1] as [Double]).enumerated() {
      var complete = trial(number, number == 4 ? .pruned : .complete)
      complete.intermediateValues = [.init(step: 2, value: value), .init(step: 5, value: 0)]
      history.update(complete)
    }
    #expect(history.reports(at: 2)?.sorted.chunks.flatMap { $0 } == [-.infinity, 1, 3])
    #expect(history.reports(at: 2)?.nanCount == 1)
    #expect(history.reports(at: 2)?.count == 4)
    #expect(history.reports(at: 5)?.count == 4)
    #expect(history.reports(at: 0) == nil)
  }

  @Test("What was derived from the finished trials is kept until another one finishes, and not shared with a fork")
  func memo() {
    var history = TrialHistory(directions: [.minimize])
    history.update(trial(0, .complete))
    #expect(history.memo.value(for: "x") { 1 } == 1)
    history.update(trial(1, .running))
    let copy = history
    #expect(history.memo.value(for: "x") { 2 } == 1)
    history.update(trial(1, .complete))
    #expect(history.memo.value(for: "x") { 3 } == 3)
    #expect(copy.memo.value(for: "x") { 4 } == 1)
  }

  @Test("Points of grids are taken by trials of every state and given back with a trial that is taken back")
  func grids() {
    var history = TrialHistory(directions: [.minimize])
    let space: JSONValue = ["x": [1, 2, 3]]
    func visit(_ number: Int, _ point: Int, _ state: TrialState) {
      var visiting = trial(number, state)
      visiting.systemAttributes = [GridVisits.spaceKey: space, GridVisits.pointKey: .int(point)]
      history.update(visiting)
    }
    let key = space.serialized(.python)
    visit(0, 0, .running)
    visit(1, 1, .waiting)
    visit(2, 2, .failed)
    visit(0, 0, .complete)
    visit(0, 0, .complete)
    visit(3, 0, .running)
    #expect(history.grids.count(of: key) == 3)
    history.remove(number: 3)
    #expect(history.grids.contains(point: 0, of: key))
    history.remove(number: 1)
    #expect(!history.grids.contains(point: 1, of: key))
    #expect(history.grids.count(of: key) == 2)
    #expect(history.grids.count(of: "{}") == 0)
  }
}
