import Dispatch
import HPO
import Synchronization

/// Shows an optimization's progress on standard error: a line that is rewritten where that is a terminal, and with
/// `verbose` a line a trial.
final class ProgressReporter: Sendable {
  private struct State {
    var line: ProgressLine
    var isShown = false
    var isFinished = false
  }

  /// How many failures are told without being asked.
  private static let shownFailures = 3

  private let verbose: Bool
  private let record: StudyRecord
  private let start = DispatchTime.now()
  private let state: Mutex<State>
  // Safe: set up before `init` ends; then only its handler runs, which does not touch it, and `finish` cancels it, which
  // Dispatch permits from any thread and any number of times, although its objects are not marked so.
  private nonisolated(unsafe) let timer: (any DispatchSourceTimer)?

  init(line: ProgressLine, record: StudyRecord, verbose: Bool) {
    self.verbose = verbose
    self.record = record
    state = Mutex(State(line: line))
    timer = Terminal.errorWidth == nil ? nil : DispatchSource.makeTimerSource(queue: .global())
    timer?.schedule(deadline: .now() + .milliseconds(100), repeating: .milliseconds(100))
    timer?.setEventHandler { [weak self] in self?.redraw() }
    timer?.resume()
  }

  /// Seconds since the reporter was made.
  var elapsed: Double {
    Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9
  }

  /// Takes in what happened.
  func observe(_ event: StudyEvent) {
    switch event {
    case .requeued(let numbers):
      note(
        "\(counted(numbers.count, "interrupted trial")) of a process that has ended \(numbers.count == 1 ? "goes" : "go") on: \(Self.list(numbers))"
      )
    case .started: break
    case .waiting(let number):
      note(
        "waiting for trial \(number), which the next trial of a deterministic study sees; another process runs it, or it was "
          + "asked for and not told yet: hpo trials show \(number)")
    case .lost(let number):
      note("trial \(number) is not this process's any more: another one took it up, or it was ended from outside")
    case .finished(let trial):
      let (isBest, failures) = state.withLock { ($0.line.count(trial), $0.line.failed) }
      if verbose {
        note(describe(trial, isBest: isBest))
      } else if let failure = trial.failure, failures <= Self.shownFailures {
        note("trial \(trial.number) failed: \(failure)")
        if failures == Self.shownFailures { note("(further failures are kept with their trials and not shown here)") }
      }
    }
  }

  /// Writes a line of its own above the progress.
  func note(_ text: String) {
    state.withLock { state in
      Terminal.writeError((state.isShown ? "\r\u{1B}[K" : "") + text + "\n")
      state.isShown = false
    }
  }

  /// Removes the line for good.
  func finish() {
    timer?.cancel()
    state.withLock { state in
      if state.isShown { Terminal.writeError("\r\u{1B}[K") }
      state.isShown = false
      state.isFinished = true
    }
  }

  private func redraw() {
    guard let width = Terminal.errorWidth else { return }
    let elapsed = elapsed
    state.withLock { state in
      guard !state.isFinished else { return }
      Terminal.writeError("\r\u{1B}[K" + state.line.text(elapsed: elapsed, width: width - 1))
      state.isShown = true
    }
  }

  private func describe(_ trial: FrozenTrial, isBest: Bool) -> String {
    var parts = ["trial \(trial.number) \(trial.state.title)"]
    parts += zip(record.metricNames, trial.values).map { "\($0) \(shortNumber($1))" }
    if trial.state == .pruned, let last = trial.lastIntermediateValue { parts.append("at step \(last.step)") }
    if let failure = trial.failure { parts.append(failure) }
    if let original = trial.replicated { parts.append("replicate of #\(original)") }
    if let original = trial.reused { parts.append("result of #\(original)") }
    if trial.redraws > 0 { parts.append("redrawn") }
    let parameters = trial.parameters.map { name, parameter in
      if case .double(let value) = parameter.external { return "\(name)=\(shortNumber(value))" }
      return "\(name)=\(parameter.external)"
    }
    parts.append(parameters.joined(separator: " "))
    if let seconds = trial.duration { parts.append(duration(seconds)) }
    return parts.joined(separator: "  ") + (isBest ? "  *best*" : "")
  }

  static func list(_ numbers: [Int]) -> String {
    numbers.prefix(10).map(String.init).joined(separator: ", ") + (numbers.count > 10 ? ", …" : "")
  }
}
