import CProcess
import Dispatch
import Foundation
import StudyEngine

/// A program that runs, with its standard input and output at hand.
///
/// It leads a session of its own, so that it is signalled with all that it started, and that a terminal's Ctrl-C does not
/// reach it.
///
/// Unchecked, and safe: what changes is touched by one thread at a time. A program belongs to the trial that it evaluates,
/// which has one thread, or to the pool of idle workers, whose lock is taken to hand it over, so that each owner sees what
/// the one before wrote. Other threads have the waker alone, which is `Sendable`, and the number of the process.
final class ProgramProcess: @unchecked Sendable {
  /// What the program printed that is no message.
  var log = ProgramLog()
  let waker: Waker
  let leader: pid_t

  /// Whether the program and all that it started have ended.
  private(set) var isOver = false

  private var output: Descriptor?
  private var errors: Descriptor?
  private var input: Descriptor?
  private var splitter = LineSplitter()
  /// Lines that were read, of which the first ones are handed out already; nil for one that was too long.
  private var lines: [[UInt8]?] = []
  private var handedOut = 0
  private var unsent: [UInt8] = []
  /// Since when the program does not listen; nil as long as it may.
  private var deafSince: UInt64?
  private var status: ExitStatus?
  private var nextMeasurement: UInt64 = 0

  /// Beyond what the pipe holds; some six thousand answers in all, which a sound worker does not leave unread.
  private static let mostUnsent = 1 << 16
  /// From the end of a program's standard input to its own end.
  private static let longestDying: UInt64 = 1_000_000_000
  /// Between two looks at the memory of a session.
  private static let measurementInterval: UInt64 = 200_000_000

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - path: The file, found already.
  ///   - arguments: Those of the program, its name first.
  ///   - environment: All of its environment.
  ///   - folder: Where it runs; nil for the current folder.
  ///   - hasInput: Whether it is sent lines; else its standard input is empty.
  ///   - grace: How long the guard lets it take to end.
  ///   - lock: What the guard holds as long as a process of the program lives.
  /// - Throws: `ProgramError.notExecutable`, `notFound` for a folder that does not exist, `systemFailure`.
  init(
    path: String, arguments: [String], environment: [String: String], folder: String?, hasInput: Bool,
    grace: Duration, lock: PathLock?
  ) throws(ProgramError) {
    let waker = try Waker()
    let (outputReader, outputWriter) = try Descriptor.pipe()
    let (errorReader, errorWriter) = try Descriptor.pipe()
    let inputReader: Descriptor
    if hasInput {
      let (reader, writer) = try Descriptor.pipe()
      writer.stopWaiting()
      inputReader = reader
      input = writer
    } else {
      inputReader = try .null()
      input = nil
    }
    outputReader.stopWaiting()
    errorReader.stopWaiting()
    let process = try Self.start(
      path: path, arguments: arguments, environment: environment, folder: folder, grace: grace, lock: lock,
      input: inputReader, output: outputWriter, errors: errorWriter)
    leader = process
    self.waker = waker
    output = outputReader
    errors = errorReader
    Thread.detachNewThread {
      hpo_await_end(process)
      waker.wake(.ended)
    }
  }

  deinit {
    // Only an owner that gave up without ending the program leaves one that runs.
    guard status == nil else { return }
    hpo_signal_session(leader, SIGKILL)
    reap()
    forget()
  }

  // MARK: - Events

  /// Waits for what happens next.
  func nextEvent(_ bounds: Bounds) -> Event {
    while true {
      if let event = nextLine() { return event }
      if let status { return .ended(status) }
      let reasons = waker.take()
      if reasons.contains(.ended) {
        finish()
        continue
      }
      if reasons.contains(.interrupted), !bounds.isEnding { return .interrupted }
      let now = DispatchTime.now().uptimeNanoseconds
      var next = min(bounds.deadline ?? .max, bounds.pause ?? .max)
      if let deadline = bounds.deadline, now >= deadline { return .outOfTime }
      if let pause = bounds.pause, now >= pause { return .paused }
      if let deafSince, !bounds.isEnding {
        // It may just be ending.
        guard now < deafSince + Self.longestDying else { return .deaf }
        next = min(next, deafSince + Self.longestDying)
      }
      if let memory = bounds.memory, !bounds.isEnding {
        if now >= nextMeasurement {
          if let used = excess(over: memory) { return .outOfMemory(used) }
          nextMeasurement = now + Self.measurementInterval
        }
        next = min(next, nextMeasurement)
      }
      exchange(waiting: next == .max ? nil : next - now)
    }
  }

  private func nextLine() -> Event? {
    guard handedOut < lines.count else {
      lines.removeAll(keepingCapacity: true)
      handedOut = 0
      return nil
    }
    handedOut += 1
    return lines[handedOut - 1].map(Event.line) ?? .overlongLine
  }

  /// Sends a line to the program, which is written as soon as it reads.
  func send(_ line: String) {
    unsent += Array((line + "\n").utf8)
    writeUnsent()
    if unsent.count > Self.mostUnsent { becomeDeaf() }
  }

  /// Ends the program's standard input.
  func closeInput() { input = nil }

  /// What happened while nobody waited, without waiting now; nil for nothing more.
  func pendingEvent() -> Event? {
    if let event = nextLine() { return event }
    if status == nil {
      exchange(waiting: 0)
      if waker.take().contains(.ended) { finish() }
    }
    return nextLine() ?? status.map(Event.ended)
  }

  /// Reads and writes what is possible; waits for it at most so many nanoseconds, nil for any time.
  private func exchange(waiting nanoseconds: UInt64?) {
    var polled = [pollfd(fd: waker.descriptor, events: Int16(POLLIN), revents: 0)]
    // A negative descriptor is passed over.
    polled.append(pollfd(fd: output?.number ?? -1, events: Int16(POLLIN), revents: 0))
    polled.append(pollfd(fd: errors?.number ?? -1, events: Int16(POLLIN), revents: 0))
    polled.append(pollfd(fd: unsent.isEmpty ? -1 : input?.number ?? -1, events: Int16(POLLOUT), revents: 0))
    // Rounded up, so that a deadline has passed where its wait is over.
    let milliseconds = nanoseconds.map { CInt(clamping: ($0 + 999_999) / 1_000_000) } ?? -1
    guard poll(&polled, nfds_t(polled.count), milliseconds) > 0 else { return }
    if polled[1].revents != 0 { readOutput() }
    if polled[2].revents != 0 { readErrors() }
    if polled[3].revents != 0 { writeUnsent() }
  }

  private func readOutput() {
    guard let descriptor = output?.number else { return }
    switch Self.read(descriptor) {
    case .bytes(let bytes): splitter.take(bytes, take)
    case .nothing: break
    case .end: output = nil
    }
  }

  private func take(_ piece: LineSplitter.Piece) {
    switch piece {
    case .candidate(let line): lines.append(line)
    case .overlong(let beginning):
      log.append(beginning)
      lines.append(nil)
    case .text(let bytes): log.append(bytes)
    }
  }

  private func readErrors() {
    guard let descriptor = errors?.number else { return }
    switch Self.read(descriptor) {
    case .bytes(let bytes): log.append(bytes)
    case .nothing: break
    case .end: errors = nil
    }
  }

  private func writeUnsent() {
    while !unsent.isEmpty, let descriptor = input?.number {
      let count = unsent.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        unsent.removeFirst(count)
      } else if errno == EAGAIN || errno == EWOULDBLOCK {
        return
      } else if errno != EINTR {
        // Closed by the program, which may just be ending.
        unsent = []
        input = nil
        becomeDeaf()
      }
    }
  }

  private func becomeDeaf() { deafSince = deafSince ?? DispatchTime.now().uptimeNanoseconds }

  private enum Reading {
    case bytes([UInt8])
    case nothing
    case end
  }

  private static func read(_ descriptor: CInt) -> Reading {
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, initialized in
      repeat { count = Foundation.read(descriptor, buffer.baseAddress, buffer.count) } while count < 0 && errno == EINTR
      initialized = max(0, count)
    }
    if count > 0 { return .bytes(bytes) }
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? .nothing : .end
  }

  /// Reads what an ended program left in its pipes, of which others may still hold an end, and reaps it.
  private func finish() {
    status = reap()
    var rest = 64
    while let descriptor = output?.number, rest > 0, case .bytes(let bytes) = Self.read(descriptor) {
      splitter.take(bytes, take)
      rest -= 1
    }
    splitter.finish(take)
    rest = 64
    while let descriptor = errors?.number, rest > 0, case .bytes(let bytes) = Self.read(descriptor) {
      log.append(bytes)
      rest -= 1
    }
    output = nil
    errors = nil
    input = nil
  }

  @discardableResult
  private func reap() -> ExitStatus {
    var status: CInt = 0
    while waitpid(leader, &status, 0) < 0, errno == EINTR {}
    return ExitStatus(status: status)
  }

  // MARK: - The session

  /// The memory that the session uses where that is more than it may; memory that processes share counts once.
  private func excess(over limit: Int) -> Int? {
    var usage = hpo_session_usage()
    // The exact figure is dear, and never above the cheap one.
    for exact: CInt in [0, 1] {
      guard hpo_measure_session(leader, exact, &usage) == 0, usage.memory > limit else { return nil }
    }
    return Int(usage.memory)
  }

  /// Ends the program with all that it started: SIGTERM, and SIGKILL where that does not help in time. What it prints
  /// meanwhile belongs to the log.
  func end(grace: Duration) {
    guard !isOver else { return }
    let deadline = DispatchTime.now().uptimeNanoseconds &+ grace.nanoseconds
    if status == nil {
      hpo_signal_session(leader, SIGTERM)
      // A stopped program would not notice.
      hpo_signal_session(leader, SIGCONT)
      awaitEnd(until: deadline)
    }
    endRest(until: deadline)
  }

  /// Ends what an ended program left running, which nobody waits for any more.
  func endRest(grace: Duration) {
    guard !isOver else { return }
    guard hpo_session_lives(leader) != 0 else { return forget() }
    hpo_signal_session(leader, SIGTERM)
    hpo_signal_session(leader, SIGCONT)
    endRest(until: DispatchTime.now().uptimeNanoseconds &+ grace.nanoseconds)
  }

  private func endRest(until deadline: UInt64) {
    while hpo_session_lives(leader) != 0, DispatchTime.now().uptimeNanoseconds < deadline { usleep(2000) }
    hpo_signal_session(leader, SIGKILL)
    awaitEnd(until: nil)
    // Again, since a process may have started another one in between; but one that waits for a device does not end.
    for _ in 0..<500 where hpo_session_lives(leader) != 0 {
      hpo_signal_session(leader, SIGKILL)
      usleep(2000)
    }
    forget()
  }

  /// Waits until the leader has ended, and logs what it prints.
  func awaitEnd(until deadline: UInt64?) {
    while true {
      switch nextEvent(Bounds(deadline: deadline, isEnding: true)) {
      case .line(let line): log.append(line + [0x0A])
      case .ended, .outOfTime: return
      case .overlongLine, .interrupted, .outOfMemory, .deaf, .paused: break
      }
    }
  }

  private func forget() {
    isOver = true
    if Guard.socket >= 0 { hpo_forget_program(Guard.socket, leader) }
  }
}
