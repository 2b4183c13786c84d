import CAllocationCounter
import Dispatch
import Synchronization
import Testing

@testable import Training

@Suite("A prefetcher")
struct PrefetcherTests {
  /// Goes through pieces as a trainer does; what each piece was when it was taken.
  private static func walk(_ count: Int, on queue: DispatchQueue?, busy: (Int) -> Void = { _ in }) -> [Int] {
    nonisolated(unsafe) let places = UnsafeMutableBufferPointer<Int>.allocate(capacity: 2)
    places.initialize(repeating: -1)
    defer { places.deallocate() }
    return Prefetcher.run(on: queue, preparing: { places[$0 % 2] = $0 * $0 }) { prefetcher in
      (0..<count).map { piece in
        try? prefetcher.take(piece)
        if piece + 1 < count { prefetcher.request(piece + 1) }
        busy(piece)
        return places[piece % 2]
      }
    }
  }

  @Test("hands over each piece as it was prepared, whichever thread was faster", arguments: [1, 2, 3, 20_000])
  func pieces(count: Int) {
    let queue = DispatchQueue(label: "test.batches")
    let expected = (0..<count).map { $0 * $0 }
    #expect(Self.walk(count, on: nil) == expected)
    #expect(Self.walk(count, on: queue) == expected)
    // Every third piece gives the second thread time to be first.
    #expect(
      Self.walk(min(count, 300), on: queue) { if $0 % 3 == 0 { for _ in 0..<2000 { _ = Atomic(0) } } }
        == Array(expected.prefix(300)))
  }

  @Test("prepares a piece on the other thread while the calling one is busy")
  func ahead() throws {
    let (began, mayEnd) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let count = Atomic(0)
    try Prefetcher.run(
      on: DispatchQueue(label: "test.batches"),
      preparing: { piece in
        if piece == 1 {
          began.signal()
          mayEnd.wait()
        }
        count.add(1, ordering: .relaxed)
      }
    ) { prefetcher in
      try prefetcher.take(0)
      prefetcher.request(1)
      // Only another thread can have begun here.
      #expect(began.wait(timeout: .now() + 60) == .success)
      mayEnd.signal()
      try prefetcher.take(1)
    }
    #expect(count.load(ordering: .relaxed) == 2)
  }

  @Test("does not wait for a thread that never comes")
  func busyQueue() throws {
    let queue = DispatchQueue(label: "test.batches")
    let release = DispatchSemaphore(value: 0)
    queue.async { release.wait() }
    nonisolated(unsafe) let prepared = UnsafeMutableBufferPointer<Int>.allocate(capacity: 5)
    prepared.initialize(repeating: 0)
    defer { prepared.deallocate() }
    try Prefetcher.run(on: queue, preparing: { prepared[$0] += 1 }) { prefetcher in
      for piece in 0..<5 {
        try prefetcher.take(piece)
        if piece < 4 { prefetcher.request(piece + 1) }
      }
      release.signal()
    }
    #expect(Array(prepared) == [1, 1, 1, 1, 1])
  }

  @Test("throws where the piece is taken what preparing it threw, on either thread")
  func failures() {
    struct Broken: Error, Equatable { let piece: Int }
    for queue in [nil, DispatchQueue(label: "test.batches")] {
      let began = DispatchSemaphore(value: 0)
      #expect(throws: Broken(piece: 1)) {
        try Prefetcher.run(
          on: queue,
          preparing: { piece in
            began.signal()
            if piece == 1 { throw Broken(piece: 1) }
          }
        ) { prefetcher in
          try prefetcher.take(0)
          began.wait()
          prefetcher.request(1)
          if queue != nil { began.wait() }
          try prefetcher.take(1)
        }
      }
    }
  }

  @Test("allocates nothing for a piece, on neither thread", .enabled(if: CAllocationCounterIsAvailable()))
  func allocations() {
    let counts = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: 400)
    counts.initialize(repeating: 0)
    nonisolated(unsafe) let room = counts
    defer { counts.deallocate() }
    let done = DispatchSemaphore(value: 0)
    var own: UInt64 = 0
    Prefetcher.run(
      on: DispatchQueue(label: "test.batches"),
      preparing: {
        room[$0] = CAllocationCount()
        done.signal()
      }
    ) { prefetcher in
      for piece in 0..<400 {
        if piece == 100 { own = CAllocationCount() }
        if piece > 0 {
          prefetcher.request(piece)
          done.wait()
        }
        try? prefetcher.take(piece)
        if piece == 0 { done.wait() }
      }
      own = CAllocationCount() - own
    }
    #expect(own == 0)
    #expect(room[399] == room[100])
  }
}
