extension Plan {
  /// How long one kernel takes.
  package struct KernelTime {
    /// The node it computes.
    package let node: String
    /// Which implementation was chosen.
    package let kernel: String
    /// The mean time in a run in microseconds, with about 0.05 for each look at the clock.
    package var microseconds: Double
  }

  /// Times each kernel over some runs, in the order of execution.
  ///
  /// - Throws: What `run` throws.
  package func profile(runs: Int) throws -> [KernelTime] {
    var times = kernelNames.map { KernelTime(node: $0.node, kernel: $0.kernel, microseconds: 0) }
    let clock = ContinuousClock()
    for run in 0..<runs {
      try sequence.forEachRun { index, images in
        let start = clock.now
        try sequence.run(index, UInt64(run), images)
        times[index].microseconds += (clock.now - start) / .microseconds(1) / Double(runs)
      }
    }
    return times
  }
}
