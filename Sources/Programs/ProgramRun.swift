import Dispatch
import OrderedCollections
import SearchSpace
import Spelling
import StudyEngine

/// The end of a worker that had evaluated another trial and has said nothing of the one that it was given then.
struct WorkerEnd: Error {
  let status: ExitStatus
}

/// A trial while a program evaluates it.
struct ProgramRun {
  private let trial: Trial
  private let process: ProgramProcess
  private let limits: Program.Limits
  private let deadline: UInt64?
  private var nextLogging: UInt64
  private var loggedCount = 0
  /// Whether the program has given a message.
  private(set) var hasSpoken = false
  /// Whether the program ended without being told to.
  private(set) var hasEndedByItself = false

  /// Between two writes of a log that grows.
  private static let loggingInterval: UInt64 = 5_000_000_000

  init(trial: Trial, process: ProgramProcess, limits: Program.Limits) {
    self.trial = trial
    self.process = process
    self.limits = limits
    let now = DispatchTime.now().uptimeNanoseconds
    deadline = limits.time.map { now &+ $0.nanoseconds }
    nextLogging = now + Self.loggingInterval
  }

  /// Writes what the program printed, where that is more than before.
  mutating func keepLog() throws {
    guard process.log.count > loggedCount else { return }
    try trial.setLog(process.log.text)
    loggedCount = process.log.count
  }

  // MARK: - Commands

  /// The result of a command that runs; the last one counts.
  mutating func evaluateCommand() throws -> ProgramResult {
    var result: ProgramResult?
    var isOverlong = false
    var fault = "no result, such as {\"value\": 0.5}"
    while true {
      switch try next() {
      case .line(let line):
        let message = ProgramMessage(commandLine: line)
        hasSpoken = hasSpoken || message.isProper
        switch message {
        case .report(let step, let value):
          noteRepetition(of: step)
          do {
            try trial.report(value, at: step)
          } catch {
            process.end(grace: limits.grace)
            throw error
          }
        case .result(let new): result = new
        case .malformed(let reason, .result):
          fault = reason
          log(line, message)
        default: log(line, message)
        }
      case .overlongLine:
        fault = ProgramMessage.overlong
        isOverlong = true
      case .ended(let status):
        // Behind the line, of whose middle the log keeps nothing.
        if isOverlong { process.log.note(ProgramMessage.overlong) }
        guard status == .exited(0) else { throw failure("the command \(status)") }
        if let result { return result }
        // The last lines would be nothing but that line.
        if fault == ProgramMessage.overlong { throw ProgramFailure(description: "the command gave \(fault)") }
        throw failure("the command gave \(fault)")
      }
    }
  }

  // MARK: - Workers

  /// The result of a worker, which is still there for the next trial unless it died or had to be ended.
  ///
  /// - Throws: `WorkerEnd` where a worker that has worked before ends without a message.
  mutating func evaluateByWorker(
    _ values: OrderedDictionary<String, Choice>, hasWorked: Bool
  ) throws -> ProgramResult {
    process.send(WorkerOrder.trial(number: trial.number, values: values, seed: trial.programSeed).line)
    while true {
      switch try next() {
      case .line(let line):
        let message = ProgramMessage(workerLine: line, number: trial.number)
        hasSpoken = hasSpoken || message.isProper
        switch message {
        case .report(let step, let value): try answer(value, step)
        case .result(let result): return result
        case .pruned: throw TrialPruned()
        case .failed(let reason): throw ProgramFailure(description: reason.withoutTerminalCodes)
        case .malformed(let reason, .result):
          log(line, message)
          throw failure("the worker gave \(reason)")
        case .malformed(_, .report):
          log(line, message)
          process.send(WorkerOrder.goOn.line)
        case .malformed, .none: log(line, message)
        }
      // It may be the result, for which nobody is to wait for ever.
      case .overlongLine:
        process.log.note(ProgramMessage.overlong)
        throw ProgramFailure(description: "the worker gave \(ProgramMessage.overlong)")
      case .ended(let status):
        if hasWorked, !hasSpoken { throw WorkerEnd(status: status) }
        throw failure("the worker \(status)")
      }
    }
  }

  private func answer(_ value: Double, _ step: Int) throws {
    noteRepetition(of: step)
    do {
      try trial.report(value, at: step)
      process.send(WorkerOrder.goOn.line)
    } catch is TrialPruned {
      process.send(WorkerOrder.prune.line)
    } catch {
      process.end(grace: limits.grace)
      throw error
    }
  }

  // MARK: - Both

  private enum Step {
    case line([UInt8])
    case overlongLine
    case ended(ExitStatus)
  }

  /// Waits for a line or for the end of the program, which it ends itself where the run or a limit demands it.
  private mutating func next() throws -> Step {
    while true {
      let bounds = ProgramProcess.Bounds(deadline: deadline, pause: nextLogging, memory: limits.memory)
      switch process.nextEvent(bounds) {
      case .line(let line): return .line(line)
      case .overlongLine: return .overlongLine
      case .ended(let status):
        hasEndedByItself = true
        process.endRest(grace: limits.grace)
        return .ended(status)
      case .paused:
        try keepingProcess { try $0.keepLog() }
        nextLogging = DispatchTime.now().uptimeNanoseconds + Self.loggingInterval
      case .interrupted:
        process.end(grace: limits.grace)
        throw TrialInterrupted()
      case .outOfTime:
        process.end(grace: limits.grace)
        throw failure("the program took longer than its limit of \(limits.time?.text ?? ""), so hpo ended it")
      case .outOfMemory(let used):
        process.end(grace: limits.grace)
        throw failure(
          "the program used \(MemoryAmount(bytes: used)) of memory, above its limit of "
            + "\(MemoryAmount(bytes: limits.memory ?? 0)), so hpo ended it")
      case .deaf:
        process.end(grace: limits.grace)
        throw failure("the worker does not read its standard input, so hpo ended it")
      }
    }
  }

  /// Says so in the log where a report will not count.
  private func noteRepetition(of step: Int) {
    if trial.hasReport(at: step) {
      process.log.note("a second report of step \(step), which does not count: the first one stays")
    }
  }

  /// Ends the program where `body` fails.
  private mutating func keepingProcess(_ body: (inout ProgramRun) throws -> Void) throws {
    do {
      try body(&self)
    } catch {
      process.end(grace: limits.grace)
      throw error
    }
  }

  private func log(_ line: [UInt8], _ message: ProgramMessage) {
    process.log.append(line + [0x0A])
    if case .malformed(let reason, _) = message { process.log.note(reason) }
  }

  /// A failure with the last lines of the log.
  private func failure(_ reason: String) -> ProgramFailure {
    let lines = process.log.lastLines()
    return ProgramFailure(description: lines.isEmpty ? reason : "\(reason); its last lines:\n\(lines)")
  }
}
