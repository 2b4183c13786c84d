import Execution
public import Graphs
import Training

/// The time of one inference on this machine, on one thread.
public enum InferenceLatency {
  /// The fewest runs whose median is taken.
  public static let leastRuns = 20

  /// The median time of one inference with floating-point numbers, in seconds.
  ///
  /// The network is compiled and run some times before the clock counts, so that its memory and code are warm.
  ///
  /// - Parameters:
  ///   - graph: The network as it infers.
  ///   - output: What is computed of it.
  ///   - runs: How often it is timed, at least `leastRuns`.
  /// - Throws: `ExecutionError` where the kernels are not available.
  public static func measure(_ graph: Graph, output: Value, runs: Int = 50) throws -> Double {
    let plan = try Plan(inference: graph, outputs: [output], parameters: ParameterStore(graph, seed: 0))
    return try median(runs: runs) { try plan.run() }
  }

  /// The median time of something, in seconds, after five times that do not count.
  public static func median(runs: Int, _ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    for _ in 0..<5 { try body() }
    var times: [Duration] = []
    for _ in 0..<max(runs, leastRuns) { times.append(try clock.measure(body)) }
    times.sort()
    return times[times.count / 2] / .seconds(1)
  }
}
