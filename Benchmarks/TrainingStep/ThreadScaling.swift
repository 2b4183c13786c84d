import Dispatch
import Glibc
import Synchronization

/// How many times the work of one thread two threads do, each with a network of its own.
///
/// One thread and two take turns of a twentieth of a second, since machines do not keep their speed for long, and every
/// round has new networks, since it matters where their memory lies. In the same turns there is a loop that stays in the
/// registers: what two threads do of that is what the machine gives.
enum ThreadScaling {
  private typealias Times = (clock: Double, processor: Double)
  /// Something that is done so many times, which takes so many microseconds each.
  private typealias Work = (_ count: Int) throws -> Times

  private static let rounds = 15
  private static let turnCount = 20
  /// In microseconds.
  private static let turnLength = 5e4

  /// Prints the medians by the clock and by the processor time of a step, which other programs on the machine disturb
  /// less.
  static func compare(_ makeStep: () throws -> TrainingStep) throws {
    var ratios: [(network: Times, loop: Times)] = []
    for _ in 0..<rounds {
      let steps: [Work] = try [makeStep(), makeStep()].map { step in { try step.time(count: $0) } }
      let loops: [Work] = [{ loop($0) }, { loop($0) }]
      let (stepCount, loopCount) = try (count(steps), count(loops))
      let turns = try (0..<turnCount).map { turn in
        try (network: ratio(steps, count: stepCount, turn), loop: ratio(loops, count: loopCount, turn))
      }
      ratios.append((median(turns.map(\.network)), median(turns.map(\.loop))))
    }
    for (name, part) in [("by the clock", \Times.clock), ("by processor time", \Times.processor)] {
      let sorted = ratios.map { $0.network[keyPath: part] }.sorted()
      let loop = median(ratios.map(\.loop))[keyPath: part]
      print(
        "two threads do \(text(sorted[sorted.count / 2])) times the work of one \(name) (\(text(sorted[0])) to "
          + "\(text(sorted[sorted.count - 1]))), and \(text(loop)) times that of a loop in the registers")
    }
  }

  /// How often each is done in a turn, after some times that warm it up.
  private static func count(_ works: [Work]) throws -> Int {
    let times = try works.map { work in
      _ = try work(3)
      return try work(3).clock
    }
    return Int(turnLength / (times.max() ?? turnLength)) + 1
  }

  /// The work of both at once over that of one alone, which they are in turn.
  private static func ratio(_ works: [Work], count: Int, _ turn: Int) throws -> Times {
    let alone = try works[turn % works.count](count)
    // Each iteration has a work of its own.
    nonisolated(unsafe) let works = works
    let together = Mutex<[Result<Times, any Error>]>([])
    DispatchQueue.concurrentPerform(iterations: works.count) { index in
      let time = Result { try works[index](count) }
      together.withLock { $0.append(time) }
    }
    return try together.withLock { try $0.map { try $0.get() } }.reduce((0, 0)) {
      ($0.clock + alone.clock / $1.clock, $0.processor + alone.processor / $1.processor)
    }
  }

  /// Multiplications and additions that read and write no memory.
  private static func loop(_ count: Int) -> Times {
    let (clock, processor) = (TrainingStep.now(CLOCK_MONOTONIC), TrainingStep.now(CLOCK_THREAD_CPUTIME_ID))
    var numbers = (SIMD8<Float>(repeating: 1), SIMD8<Float>(repeating: 2), SIMD8<Float>(repeating: 3))
    let (factor, summand) = (SIMD8<Float>(repeating: 0.999), SIMD8<Float>(repeating: 0.001))
    for _ in 0..<(count * 10_000) {
      numbers.0 = numbers.0 * factor + summand
      numbers.1 = numbers.1 * factor + summand
      numbers.2 = numbers.2 * factor + summand
    }
    precondition((numbers.0 + numbers.1 + numbers.2).sum() > 0, "the numbers are above 0")
    return (
      (TrainingStep.now(CLOCK_MONOTONIC) - clock) / Double(count),
      (TrainingStep.now(CLOCK_THREAD_CPUTIME_ID) - processor) / Double(count)
    )
  }

  private static func median(_ times: [Times]) -> Times {
    (times.map(\.clock).sorted()[times.count / 2], times.map(\.processor).sorted()[times.count / 2])
  }

  private static func text(_ ratio: Double) -> String { "\((ratio * 100).rounded() / 100)" }
}
