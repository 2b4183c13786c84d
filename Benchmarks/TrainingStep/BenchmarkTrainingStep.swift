import Dispatch
import Execution
import Glibc
import Synchronization

/// Times training steps: `serve` for a script that alternates with a peer, `threads` for how two threads scale.
@main
struct BenchmarkTrainingStep {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.count >= 3, let command = arguments.first,
      let batch = Int(arguments[arguments.startIndex + 2])
    else {
      print("usage: BenchmarkTrainingStep serve|threads|plan WIDTHS BATCH [automatic|vector|oneDNN|reference]")
      exit(2)
    }
    let widths = arguments[arguments.startIndex + 1].split(separator: "-").compactMap { Int($0) }
    let kernels = arguments.count > 3 ? Kernels(rawValue: arguments[arguments.startIndex + 3]) : .automatic
    guard let kernels, widths.count >= 2 else {
      print("the widths are numbers such as 64-128-64-10, the kernels one of \(Kernels.allCases)")
      exit(2)
    }
    switch command {
    case "serve":
      let step = try TrainingStep(widths: widths, batch: batch, kernels: kernels)
      // Each line read is a number of steps; each line written is the microseconds that one of them took.
      while let line = readLine(), let count = Int(line) {
        print(try step.time(count: count))
        fflush(nil)
      }
    case "plan":
      print(try TrainingStep(widths: widths, batch: batch, kernels: kernels).summary)
    default:
      try compareThreads(widths: widths, batch: batch, kernels: kernels)
    }
  }

  /// Prints how many times the work of one thread two threads do, each with a network of its own.
  static func compareThreads(widths: [Int], batch: Int, kernels: Kernels) throws {
    let count = 10_000
    var ratios: [Double] = []
    for _ in 0..<9 {
      let alone = try stepsPerSecond(threads: 1, count: count, widths: widths, batch: batch, kernels: kernels)
      let together = try stepsPerSecond(threads: 2, count: count, widths: widths, batch: batch, kernels: kernels)
      ratios.append(together / alone)
    }
    ratios.sort()
    print("two threads do \(ratios[ratios.count / 2]) times the work of one (range \(ratios[0])-\(ratios[8]))")
  }

  private static func stepsPerSecond(
    threads: Int, count: Int, widths: [Int], batch: Int, kernels: Kernels
  ) throws -> Double {
    let rates = Mutex<[Double]>([])
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      guard let step = try? TrainingStep(widths: widths, batch: batch, kernels: kernels),
        (try? step.time(count: count / 10)) != nil, let time = try? step.time(count: count)
      else { return }
      rates.withLock { $0.append(1e6 / time) }
    }
    return rates.withLock { $0.reduce(0, +) }
  }
}
