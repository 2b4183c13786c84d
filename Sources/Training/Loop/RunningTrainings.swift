import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The trainings that run in this process, each of which has a core of its own at best.
enum RunningTrainings {
  private static let running = Atomic(0)

  /// How many there are.
  static var count: Int { running.load(ordering: .relaxed) }

  /// The machine's cores.
  static let coreCount = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  /// Counts one more while `body` runs.
  static func counted<Result>(_ body: () throws -> Result) rethrows -> Result {
    running.add(1, ordering: .relaxed)
    defer { running.subtract(1, ordering: .relaxed) }
    return try body()
  }
}
