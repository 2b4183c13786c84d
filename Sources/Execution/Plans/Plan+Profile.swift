extension Plan {
  /// How long one kernel takes.
  package struct KernelTime {
    /// The node it computes.
    package let node: String
    /// Which implementation was chosen.
    package let kernel: String
    /// The mean time of a run in microseconds, with about 0.05 for looking at the clock.
    package var microseconds: Double
  }

  /// Times each kernel over some runs, in the order of execution.
  ///
  /// - Throws: What `run` throws.
  package func profile(runs: Int) throws -> [KernelTime] {
    var times = kernelNames.map { KernelTime(node: $0.node, kernel: $0.kernel, microseconds: 0) }
    let clock = ContinuousClock()
    for run in 0..<runs {
      for index in times.indices {
        let start = clock.now
        try self.run(kernel: index, seed: UInt64(run))
        times[index].microseconds += (clock.now - start) / .microseconds(1) / Double(runs)
      }
    }
    return times
  }
}
