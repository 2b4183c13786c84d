import Dispatch
import Synchronization

/// Prepares pieces of work on a second thread, each while the calling thread is busy with the piece before.
///
///     try Prefetcher.run(on: queue, preparing: prepare) { prefetcher in
///       for piece in 0..<count {
///         try prefetcher.take(piece)
///         if piece + 1 < count { prefetcher.request(piece + 1) }
///         use(piece)
///       }
///     }
///
/// The calling thread prepares a piece itself where the second one has not begun with it by the time it is needed, so that
/// it never waits for a thread that finds no core. Neither thread allocates for a piece.
final class Prefetcher: @unchecked Sendable {
  // Unchecked, and safe, although two threads share `work`, `piece` and `failure`. The calling thread alone writes `piece`, and only before it stores `requested`; the second thread reads it and writes
  // `failure` only between its change of the state to `working` and that to `done`, and the calling thread reads `failure`
  // only behind `done`; each calls `work` only for a piece that it has got by changing the state from `requested`, or that
  // was never requested. So each access happens before the next, and what `work` writes is seen by who takes the piece.

  private enum State: UInt8, AtomicRepresentable {
    /// Nothing is asked for.
    case idle
    /// A piece is asked for, and nobody prepares it yet.
    case requested
    /// The second thread prepares it.
    case working
    /// The same, and the calling thread sleeps until it is done.
    case awaited
    /// The second thread has prepared it.
    case done
  }

  private let work: (Int) throws -> Void
  private let isAhead: Bool
  private let state = Atomic(State.idle)
  private let isEnding = Atomic(false)
  private let requests = DispatchSemaphore(value: 0)
  private let results = DispatchSemaphore(value: 0)
  private var piece = 0
  private var failure: (any Error)?

  private init(isAhead: Bool, _ work: @escaping (Int) throws -> Void) {
    self.isAhead = isAhead
    self.work = work
  }

  /// Calls `body` with a prefetcher; when it returns, the second thread has ended.
  ///
  /// - Parameters:
  ///   - queue: Whose thread prepares pieces; nil to prepare each when it is taken.
  ///   - work: Prepares the piece of a number; it must not touch what the calling thread uses meanwhile.
  ///   - body: Takes the pieces.
  static func run<Result>(
    on queue: DispatchQueue?, preparing work: @escaping (Int) throws -> Void, _ body: (Prefetcher) throws -> Result
  ) rethrows -> Result {
    let prefetcher = Prefetcher(isAhead: queue != nil, work)
    let group = DispatchGroup()
    queue?.async(group: group) { prefetcher.serve() }
    defer {
      prefetcher.isEnding.store(true, ordering: .releasing)
      prefetcher.requests.signal()
      group.wait()
    }
    return try body(prefetcher)
  }

  /// Lets the second thread prepare a piece; the one before must have been taken.
  func request(_ piece: Int) {
    guard isAhead else { return }
    self.piece = piece
    state.store(.requested, ordering: .releasing)
    requests.signal()
  }

  /// Returns when a piece is prepared: the one requested, or any other where none is.
  ///
  /// - Throws: What preparing it threw.
  func take(_ piece: Int) throws {
    if exchange(.requested, for: .idle) || state.load(ordering: .acquiring) == .idle { return try work(piece) }
    precondition(piece == self.piece, "another piece was requested")
    if exchange(.working, for: .awaited) { results.wait() }
    state.store(.idle, ordering: .relaxed)
    if let failure {
      self.failure = nil
      throw failure
    }
  }

  private func serve() {
    while true {
      requests.wait()
      if isEnding.load(ordering: .acquiring) { return }
      // Where it fails, the calling thread was faster.
      guard exchange(.requested, for: .working) else { continue }
      do { try work(piece) } catch { failure = error }
      if state.exchange(.done, ordering: .acquiringAndReleasing) == .awaited { results.signal() }
    }
  }

  private func exchange(_ expected: State, for new: State) -> Bool {
    state.compareExchange(expected: expected, desired: new, ordering: .acquiringAndReleasing).exchanged
  }
}
