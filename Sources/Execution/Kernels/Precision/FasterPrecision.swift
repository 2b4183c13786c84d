/// Finds by a short measurement which of two ways to compute a graph is the faster one.
enum FasterPrecision {
  /// What bfloat16 must gain to be taken: a tenth, so that chance does not decide.
  private static let wantedGain = 1.1
  /// How long runs are timed.
  private static let duration = Duration.milliseconds(50)

  /// Times runs of both in turns, for about 50 milliseconds and at least twice each, and compares the fastest of each.
  ///
  /// - Throws: What the runs throw.
  static func isBFloat16(_ bfloat16: KernelSequence, overFloat32 float32: KernelSequence) throws -> Bool {
    let clock = ContinuousClock()
    return try isBFloat16 { isRounded in
      let start = clock.now
      try (isRounded ? bfloat16 : float32).run(0)
      return clock.now - start
    }
  }

  /// Whether bfloat16 is the faster way.
  ///
  /// - Parameter timed: Runs the graph, in bfloat16 or in float32, and returns how long that took.
  static func isBFloat16(_ timed: (_ isRounded: Bool) throws -> Duration) rethrows -> Bool {
    // The first runs find cold memory.
    _ = (try timed(true), try timed(false))
    var best: (bfloat16: Duration, float32: Duration)?
    var (elapsed, rounds) = (Duration.zero, 0)
    repeat {
      let (rounded, plain) = (try timed(true), try timed(false))
      best = (min(best?.bfloat16 ?? rounded, rounded), min(best?.float32 ?? plain, plain))
      elapsed += rounded + plain
      rounds += 1
    } while rounds < 2 || elapsed < duration
    return best.map { $0.bfloat16 * wantedGain < $0.float32 } ?? false
  }
}
