import CProcess
import Dispatch
import Foundation
import OrderedCollections
public import SearchSpace
public import StudyEngine
import Synchronization

/// The objective whose values a program computes: a command that is started for each trial, or workers that evaluate one
/// trial after the other.
///
///     let program = Program(["python3", "train.py", "--lr", "{lr}"])
///     let objective = try ProgramObjective(program, space: space)
///     try await study.optimize(trials: 200, objective: objective.run)
///     objective.close()
///
/// Documentation/Programs.md says what a program is given and what it may print.
public final class ProgramObjective: Sendable {
  private let program: Program
  private let space: ParameterSpace
  private let folders: TrialFolders
  private let template: CommandTemplate
  /// The environment of this process and what the program adds to it.
  private let environment: [String: String]
  private let idleWorkers = Mutex<[ProgramProcess]>([])
  private let silence = Mutex(SilentFailures())
  private let lastFolder = Mutex<String?>(nil)

  /// What stands in braces in the command and looks like a parameter, but is none and passed on as it is.
  package var strangers: [String] { program.kind == .command ? Array(template.strangers) : [] }

  /// - Parameters:
  ///   - program: What is started.
  ///   - space: The parameters of a trial.
  /// - Throws: `ProgramError` where no trial could run.
  public convenience init(_ program: Program, space: ParameterSpace) throws(ProgramError) {
    try self.init(program, space: space, folders: TrialFolders(besideFile: nil))
  }

  /// - Parameter folders: The trials' own.
  package init(_ program: Program, space: ParameterSpace, folders: TrialFolders) throws(ProgramError) {
    self.program = program
    self.space = space
    self.folders = folders
    // What Python prints into a pipe would otherwise come all at once at its end.
    environment = ["PYTHONUNBUFFERED": "1"].merging(ProcessInfo.processInfo.environment) { $1 }
      .merging(program.environment.map { ($0.key, $0.value) }) { $1 }
    template = try CommandTemplate(
      program.arguments, parameters: program.kind == .command ? Set(space.distributions.keys) : [])
    guard let name = program.arguments.first else {
      throw ProgramError(.notFound, "there is no command; give a program and its arguments")
    }
    if !name.contains("{") {
      _ = try ProgramFinder.path(of: name, folder: program.folder, searchPath: environment["PATH"])
    }
    var usage = hpo_session_usage()
    if program.limits.memory != nil, hpo_measure_session(getpid(), 0, &usage) != 0 {
      throw ProgramError(
        .unsupportedLimit,
        "this system does not tell how much memory a program uses, so it cannot be limited; leave the limit out")
    }
    hpo_ignore_closed_pipes()
    try Guard.start()
  }

  /// Evaluates a trial.
  ///
  /// - Throws: `TrialPruned`, `TrialInterrupted`; `ProgramError` where no trial can run; `StorageError`; any other error
  ///   says why the trial failed.
  public func run(_ trial: Trial) throws -> [Double] {
    let values = try trial.suggest(space)
    // A program may run for long, and is to have the same parameters should this process be killed meanwhile.
    try trial.recordParameters()
    let result =
      switch program.kind {
      case .command: try runCommand(trial, values)
      case .worker: try runWorker(trial, values)
      }
    for (name, value) in result.constraints { try trial.setConstraint(name, to: value) }
    for (key, value) in result.attributes { try trial.setUserAttribute(key, to: value) }
    return result.values
  }

  /// Ends the workers: each is told to stop, and is ended where it does not in time.
  public func close() {
    if let folder = lastFolder.withLock({ $0 }) { folders.removeEmptyParents(of: folder) }
    let workers = idleWorkers.withLock { workers in
      let all = workers
      workers = []
      return all
    }
    for worker in workers {
      worker.send(WorkerOrder.stop.line)
      worker.closeInput()
    }
    let deadline = DispatchTime.now().uptimeNanoseconds &+ program.limits.grace.nanoseconds
    for worker in workers {
      worker.awaitEnd(until: deadline)
      worker.end(grace: program.limits.grace)
    }
  }

  // MARK: - Commands

  private func runCommand(_ trial: Trial, _ values: OrderedDictionary<String, Choice>) throws -> ProgramResult {
    try withFolder(of: trial) { folder in
      let variables = [
        "HPO_STUDY": trial.study.name, "HPO_TRIAL": String(trial.number),
        "HPO_PARAMS": JSONValue.object(values.mapValues(\.json)).serialized(), "HPO_SEED": String(trial.programSeed),
        "HPO_TRIAL_DIR": folder.path,
      ]
      let command = try start(template.arguments(for: values), adding: variables, hasInput: false, lock: folder.lock)
      for remark in folder.remarks { command.log.note(remark) }
      return try supervise(trial, command) { try $0.evaluateCommand() }
    }
  }

  private func start(
    _ arguments: [String], adding variables: [String: String], hasInput: Bool, lock: PathLock? = nil
  ) throws(ProgramError) -> ProgramProcess {
    let path = try ProgramFinder.path(
      of: arguments.first ?? "", folder: program.folder, searchPath: environment["PATH"])
    return try ProgramProcess(
      path: path, arguments: arguments, environment: environment.merging(variables) { $1 }, folder: program.folder,
      hasInput: hasInput, grace: program.limits.grace, lock: lock)
  }

  // MARK: - Workers

  private func runWorker(_ trial: Trial, _ values: OrderedDictionary<String, Choice>) throws -> ProgramResult {
    try withFolder(of: trial) { folder in
      guard let worker = takeIdleWorker() else {
        return try evaluate(trial, values, by: startWorker(for: trial), folder)
      }
      do {
        return try evaluate(trial, values, by: worker, folder, hasWorked: true)
      } catch let end as WorkerEnd {
        // Whether it had ended before it was given the trial or under it, nobody can tell; a fresh one can.
        let fresh = try startWorker(for: trial)
        fresh.log = worker.log
        fresh.log.note(
          "the worker \(end.status) after another trial, without a word on this one; a fresh one is given it")
        return try evaluate(trial, values, by: fresh, folder)
      }
    }
  }

  private func startWorker(for trial: Trial) throws(ProgramError) -> ProgramProcess {
    try start(template.arguments(for: [:]), adding: ["HPO_STUDY": trial.study.name], hasInput: true)
  }

  /// - Throws: `WorkerEnd` where a worker that has worked before ends without a message.
  private func evaluate(
    _ trial: Trial, _ values: OrderedDictionary<String, Choice>, by worker: ProgramProcess, _ folder: TrialFolder,
    hasWorked: Bool = false
  ) throws -> ProgramResult {
    // One that has evaluated its trial, whatever came of it, is ready for the next.
    defer { if !worker.isOver { idleWorkers.withLock { $0.append(worker) } } }
    worker.lend(folder.lock)
    for remark in folder.remarks { worker.log.note(remark) }
    return try supervise(trial, worker) { try $0.evaluateByWorker(values, hasWorked: hasWorked) }
  }

  /// A worker that waits for a trial; what it printed meanwhile is logged with the trial.
  private func takeIdleWorker() -> ProgramProcess? {
    while let worker = idleWorkers.withLock({ $0.popLast() }) {
      worker.log = ProgramLog()
      while let event = worker.pendingEvent() {
        switch event {
        case .line(let line):
          worker.log.append(line + [0x0A])
          if ProgramMessage(workerLine: line, number: nil) != .none {
            worker.log.note("a message out of turn: the worker had no trial")
          }
        case .overlongLine: worker.log.note(ProgramMessage.overlong)
        default: worker.endRest(grace: program.limits.grace)
        }
        if worker.isOver { break }
      }
      if !worker.isOver { return worker }
    }
    return nil
  }

  // MARK: - Both

  /// The folder of a trial while the trial runs.
  private struct TrialFolder {
    let path: String
    /// Nil where a program of an earlier run still holds it.
    let lock: PathLock?
    /// What the log of the trial is to say of it.
    var remarks: [String] = []
  }

  /// Calls `body` with the folder of a trial, which goes where it is empty then. Workers are not told where it is, and it
  /// is only locked.
  private func withFolder(of trial: Trial, _ body: (TrialFolder) throws -> ProgramResult) throws -> ProgramResult {
    let known = trial.folderPlace
    let place = known ?? (program.kind == .command ? folders.freePlace(for: trial) : 1)
    let path = try folders.make(for: trial, place: place)
    var folder = TrialFolder(path: path, lock: try lock(path, for: trial))
    defer {
      folder.lock?.release()
      folders.removeIfEmpty(path)
      lastFolder.withLock { $0 = path }
    }
    if folder.lock == nil {
      folder.remarks.append("a program of an earlier run of this trial has not ended and may use its folder")
    }
    if known == nil, program.kind == .command {
      try trial.recordFolder(place: place)
      if place > 1 {
        folder.remarks.append(
          "the folder of this trial is '\(path)', since another trial has left files in the one before")
      }
    }
    return try body(folder)
  }

  /// Locks the folder of a trial, once a program of an earlier run of the trial has ended, which its guard sees to where
  /// hpo was killed.
  ///
  /// - Returns: Nil where that has not ended long after it should have.
  private func lock(_ folder: String, for trial: Trial) throws -> PathLock? {
    let deadline = DispatchTime.now().uptimeNanoseconds &+ program.limits.grace.nanoseconds &+ Self.longestEnding
    while true {
      if let lock = try PathLock.tryLock(folder) { return lock }
      try trial.checkInterruption()
      guard DispatchTime.now().uptimeNanoseconds < deadline else { return nil }
      usleep(5000)
    }
  }

  /// How long a guard may take beyond the grace period, in nanoseconds.
  private static let longestEnding: UInt64 = 10_000_000_000

  /// Evaluates a trial by a program, keeps the log, and sees to it that a program which fails from the beginning ends the
  /// run.
  private func supervise(
    _ trial: Trial, _ process: ProgramProcess, _ evaluate: (inout ProgramRun) throws -> ProgramResult
  ) throws -> ProgramResult {
    let waker = process.waker
    waker.forget(.interrupted)
    let observation = trial.observeInterruption { waker.wake(.interrupted) }
    defer { trial.endObservation(observation) }
    var run = ProgramRun(trial: trial, process: process, limits: program.limits)
    do {
      let result = try evaluate(&run)
      silence.withLock { $0.endsWithMessage() }
      try run.keepLog()
      return result
    } catch {
      if error is TrialInterrupted || error is WorkerEnd { throw error }
      try run.keepLog()
      if run.hasSpoken {
        silence.withLock { $0.endsWithMessage() }
      } else if run.hasEndedByItself, silence.withLock({ $0.endsSilently() }) {
        throw ProgramError(
          .broken,
          "the first \(SilentFailures.most) trials of this run ended without a word of the "
            + "\(program.kind == .command ? "command" : "worker"), so no more are tried; in trial \(trial.number) \(error)"
        )
      }
      throw error
    }
  }
}

/// Counts the programs that ended without a message, until the first one gives one.
private struct SilentFailures {
  static let most = 5

  private var count = 0
  private var hasMessage = false

  mutating func endsWithMessage() { hasMessage = true }

  /// Returns whether the program is to be taken for broken.
  mutating func endsSilently() -> Bool {
    count += 1
    return !hasMessage && count >= Self.most
  }
}

extension Trial {
  /// The trial's seed as most libraries take one: from 0 to 2³¹ − 1.
  var programSeed: Int { Int(seed & 0x7FFF_FFFF) }
}
