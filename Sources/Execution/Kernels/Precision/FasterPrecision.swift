/// Finds by a short measurement which of two ways to compute a graph is the faster one.
enum FasterPrecision {
  /// What bfloat16 must gain to be taken: a tenth, so that chance does not decide.
  private static let wantedGain = 1.1

  /// Times runs of both in turns, for about 50 milliseconds and at least twice each, and compares the fastest of each.
  ///
  /// - Throws: What the runs throw.
  static func isBFloat16(_ bfloat16: [Kernel], overFloat32 float32: [Kernel]) throws -> Bool {
    let clock = ContinuousClock()
    func time(_ kernels: [Kernel]) throws -> Duration {
      let start = clock.now
      for kernel in kernels { try kernel.run(0) }
      return clock.now - start
    }
    // The first runs find cold memory.
    _ = (try time(bfloat16), try time(float32))
    var best = (bfloat16: Duration.seconds(1 << 20), float32: Duration.seconds(1 << 20))
    let end = clock.now + .milliseconds(50)
    var rounds = 0
    repeat {
      best.bfloat16 = min(best.bfloat16, try time(bfloat16))
      best.float32 = min(best.float32, try time(float32))
      rounds += 1
    } while rounds < 2 || clock.now < end
    return best.bfloat16 * wantedGain < best.float32
  }
}
