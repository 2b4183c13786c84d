import Foundation
package import Testing

/// Threads for tests that wait for processes.
///
/// Swift's pool has as many threads as the machine has cores, and each test is at first a job in its one queue. A test that
/// waits there for a process keeps a thread from all others; and one that is resumed there comes behind all tests that have
/// not begun. So tests that wait, and those that have a time limit, run here instead.
package final class Threads: TaskExecutor {
  /// For tests that run whole programs to their end, few at once, since each of these uses several cores.
  package static let commands = Threads(atOnce: 2)
  /// For tests with a time limit, which mostly wait.
  package static let programs = Threads(atOnce: 4)

  private let queue = OperationQueue()

  private init(atOnce count: Int) { queue.maxConcurrentOperationCount = count }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.addOperation { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

/// Runs the tests of a suite on `Threads`.
package struct ThreadsTrait: SuiteTrait, TestTrait, TestScoping {
  fileprivate let threads: Threads

  package var isRecursive: Bool { true }

  package func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(threads) { try await function() }
  }
}

extension Trait where Self == ThreadsTrait {
  /// Runs the tests of the suite on threads of their own.
  package static func on(_ threads: Threads) -> Self { ThreadsTrait(threads: threads) }
}
