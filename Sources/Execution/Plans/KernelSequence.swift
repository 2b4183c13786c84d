import Graphs

/// The kernels of a graph in order, of which those of a divided stage take turns over its images.
struct KernelSequence {
  /// The kernels.
  private(set) var kernels: [Kernel] = []

  private var stages: [(kernels: Range<Int>, images: Int, group: Int, isDivided: Bool)] = []

  /// Makes the kernels of all stages.
  init(_ schedule: Schedule, makeKernel: (Value) throws -> Kernel) rethrows {
    for stage in schedule.stages {
      let first = kernels.count
      for value in stage.values { kernels.append(try makeKernel(value)) }
      stages.append((first..<kernels.count, stage.images, stage.group, stage.isDivided))
    }
  }

  /// Runs all kernels on the calling thread.
  ///
  /// - Throws: What a kernel throws.
  func run(_ seed: UInt64) throws {
    try forEachRun { try run($0, seed, $1) }
  }

  /// Runs a kernel, for some images where they are given.
  func run(_ index: Int, _ seed: UInt64, _ images: Range<Int>?) throws {
    if let images { kernels[index].run(images: images) } else { try kernels[index].run(seed) }
  }

  /// Calls `body` with the index of each kernel that is to run, and the images it is to run for; nil for all.
  @inline(__always)
  func forEachRun(_ body: (Int, Range<Int>?) throws -> Void) rethrows {
    for stage in stages {
      guard stage.isDivided else {
        for index in stage.kernels { try body(index, nil) }
        continue
      }
      for first in stride(from: 0, to: stage.images, by: stage.group) {
        let images = first..<min(first + stage.group, stage.images)
        for index in stage.kernels { try body(index, images) }
      }
    }
  }
}
