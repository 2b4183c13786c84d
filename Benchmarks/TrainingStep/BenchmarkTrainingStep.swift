import Execution
import Glibc

/// Times training steps: `serve` for a script that alternates with a peer, `threads` for how two threads scale, `batches` for
/// what of a step it takes to prepare its batch.
@main
struct BenchmarkTrainingStep {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.count >= 3, let command = arguments.first,
      let batch = Int(arguments[arguments.startIndex + 2])
    else {
      print(
        "usage: BenchmarkTrainingStep serve|threads|batches|plan|profile NETWORK BATCH "
          + "[float32|bfloat16|auto] [automatic|vector|oneDNN|reference]")
      exit(2)
    }
    let network = BenchmarkNetwork(arguments[arguments.startIndex + 1])
    let precision = arguments.count > 3 ? Precision(rawValue: arguments[arguments.startIndex + 3]) : .float32
    let kernels = arguments.count > 4 ? Kernels(rawValue: arguments[arguments.startIndex + 4]) : .automatic
    guard let kernels, let precision, let network else {
      print(
        "the network is conv8x8, conv28x28, separable32x32 or widths such as 64-128-64-10, the precision one of "
          + "\(Precision.allCases), the kernels one of \(Kernels.allCases)")
      exit(2)
    }
    func makeStep() throws -> TrainingStep {
      try TrainingStep(network, batch: batch, kernels: kernels, precision: precision)
    }
    switch command {
    case "serve":
      let step = try makeStep()
      // Each line read is a number of steps; each line written is the microseconds that one of them took.
      while let line = readLine(), let count = Int(line) {
        print(try step.time(count: count).clock)
        fflush(nil)
      }
    case "plan":
      print(try makeStep().summary)
    case "batches":
      try BatchPreparationTimes(network, batchSize: batch).print()
    case "profile":
      print(try makeStep().profile(runs: 200))
    default:
      try ThreadScaling.compare(makeStep)
    }
  }
}
