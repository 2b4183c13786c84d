import RealModule
import Testing

@testable import Execution

@Suite struct WeightAverageTests {
  @Test("The average weighs each step by the decay, from the first one on", arguments: [0.0, 0.5, 0.99])
  func formula(decay: Double) throws {
    let store = try OptimizerTests.store()
    let average = WeightAverage(decay: decay, parameters: store)
    var (sums, total) = (Array(repeating: 0.0, count: store.values.count), 0.0)
    for step in 1...20 {
      for i in store.values.indices { store.values[i] = Float(.sin(Double(i * step))) }
      average.update()
      total = decay * total + 1
      for i in sums.indices { sums[i] = decay * sums[i] + Double(store.values[i]) }
      let last = store.snapshot()
      average.swap()
      let wrong = zip(store.values, sums).first { abs(Double($0) - $1 / total) > 1e-6 }
      #expect(wrong == nil, "step \(step): \(wrong?.0 ?? 0) instead of \((wrong?.1 ?? 0) / total)")
      average.swap()
      #expect(store.snapshot() == last)
    }
  }

  @Test("A restored average goes on bit for bit") func snapshots() throws {
    let store = try OptimizerTests.store()
    let average = WeightAverage(decay: 0.8, parameters: store)
    average.update()
    let copy = WeightAverage(decay: 0.8, parameters: store)
    try copy.restore(average.snapshot())
    store.initialize(seed: 9)
    average.update()
    copy.update()
    #expect(copy.snapshot() == average.snapshot())

    let error = #expect(throws: ExecutionError.self) { try copy.restore(.init(count: 1, values: [1])) }
    #expect(error?.code == .snapshotMismatch)
  }
}
