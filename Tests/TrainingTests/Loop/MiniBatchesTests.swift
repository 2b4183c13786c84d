import Testing

@testable import Training

@Suite("Mini-batches")
struct MiniBatchesTests {
  @Test("go through an epoch without taking a sample twice", arguments: [(10, 3), (12, 4), (5, 5), (7, 1)])
  func partition(count: Int, size: Int) {
    var batches = MiniBatches(count: count, batchSize: size, seed: 1)
    batches.shuffle(epoch: 1)
    let samples = (0..<batches.batchCount).flatMap { Array(batches[$0]) }
    #expect(samples.count == count / size * size)
    #expect(Set(samples).count == samples.count)
    #expect(Set(samples).isSubset(of: Set(0..<count)))
  }

  @Test("leave out other samples each epoch")
  func remainder() {
    var batches = MiniBatches(count: 10, batchSize: 4, seed: 1)
    var seen = Set<Int>()
    for epoch in 1...20 {
      batches.shuffle(epoch: epoch)
      seen.formUnion((0..<batches.batchCount).flatMap { Array(batches[$0]) })
    }
    #expect(seen.count == 10)
  }

  @Test("larger than the data are all of the data")
  func larger() {
    let batches = MiniBatches(count: 3, batchSize: 8, seed: 1)
    #expect(batches.batchSize == 3)
    #expect(batches.batchCount == 1)
  }

  @Test("come in an order of the seed and the epoch alone")
  func order() {
    var first = MiniBatches(count: 50, batchSize: 50, seed: 1)
    first.shuffle(epoch: 1)
    let ofFirstEpoch = Array(first[0])
    first.shuffle(epoch: 2)
    let ofSecondEpoch = Array(first[0])
    #expect(ofFirstEpoch != ofSecondEpoch)

    var resumed = MiniBatches(count: 50, batchSize: 50, seed: 1)
    resumed.shuffle(epoch: 2)
    #expect(Array(resumed[0]) == ofSecondEpoch)
    var other = MiniBatches(count: 50, batchSize: 50, seed: 2)
    other.shuffle(epoch: 2)
    #expect(Array(other[0]) != ofSecondEpoch)
  }

  @Test("gather the rows of their samples")
  func gather() {
    var batches = MiniBatches(count: 9, batchSize: 4, seed: 3)
    batches.shuffle(epoch: 1)
    let source = (0..<27).map { Float($0) }
    var rows = [Float](repeating: -1, count: 12)
    source.withUnsafeBufferPointer { source in
      rows.withUnsafeMutableBufferPointer { batches.gather(batches.places(of: 1), from: source, width: 3, into: $0) }
    }
    let expected = batches[1].flatMap { sample in source[sample * 3..<sample * 3 + 3] }
    #expect(rows == expected)
  }
}
