import Execution
import Glibc
import Graphs

/// One training step of a network, made to be timed: forward, backward and the update by Adam.
final class TrainingStep {
  private let plan: Plan
  private let adam: OptimizerState
  private let (x, labels): (Value, Value)
  private var stepsDone: UInt64 = 0

  /// Compiles the network with softmax cross-entropy at its end, and gives it one batch of random data.
  init(_ network: BenchmarkNetwork, batch: Int, kernels: Kernels, precision: Precision) throws {
    var graph = Graph()
    let x = try graph.input("x", shape: Shape([batch] + network.sample))
    let labels = try graph.input("labels", shape: [batch])
    let value = try network.logits(of: x, in: &graph)
    let loss = try graph.softmaxCrossEntropy(logits: value, labels: labels)
    (self.x, self.labels) = (x, labels)
    let store = ParameterStore(graph, seed: 7)
    plan = try Plan(training: graph, loss: loss, parameters: store, kernels: kernels, precision: precision)
    adam = OptimizerState(.adam(), parameters: store)

    var generator = SystemRandomNumberGenerator()
    let images = plan.input(x)
    for index in images.indices { images[index] = Float.random(in: -1...1, using: &generator) }
    let classes = plan.input(labels)
    for index in classes.indices { classes[index] = Float(Int.random(in: 0..<network.classes, using: &generator)) }
  }

  /// The plan's kernels, one a line.
  var summary: String { plan.summary }

  /// The time of each kernel, one a line, and their sum.
  func profile(runs: Int) throws -> String {
    _ = try plan.profile(runs: runs / 4 + 1)
    let times = try plan.profile(runs: runs)
    let lines = times.map { "\(($0.microseconds * 10).rounded() / 10)\t\($0.node)\t\($0.kernel)" }
    let total = times.reduce(0) { $0 + $1.microseconds }
    return (lines + ["\((total * 10).rounded() / 10)\tall kernels"]).joined(separator: "\n")
  }

  /// The microseconds a step takes by the clock and of the processor, as the mean over `count` steps.
  func time(count: Int) throws -> (clock: Double, processor: Double) {
    let (clock, processor) = (Self.now(CLOCK_MONOTONIC), Self.now(CLOCK_THREAD_CPUTIME_ID))
    for _ in 0..<count {
      stepsDone += 1
      try plan.run(seed: stepsDone)
      adam.step()
    }
    let steps = Double(count)
    return ((Self.now(CLOCK_MONOTONIC) - clock) / steps, (Self.now(CLOCK_THREAD_CPUTIME_ID) - processor) / steps)
  }

  static func now(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
  }
}
