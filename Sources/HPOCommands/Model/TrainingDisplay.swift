import Dispatch
import Foundation
import HPO
import Synchronization

/// Shows a training on standard error: curves that are redrawn where that is a terminal, else a line an epoch.
final class TrainingDisplay: Sendable {
  private struct State {
    var course: TrainingCourse
    /// The lines on the terminal that the next drawing replaces.
    var drawnLines = 0
    var lastDrawing: Double = -1
    /// Whether the last curves are on the terminal.
    var isFinished = false
  }

  private let start = DispatchTime.now()
  private let state: Mutex<State>

  /// The rows of a plot.
  private static let height = 8

  init(_ course: TrainingCourse) { state = Mutex(State(course: course)) }

  /// The display of a training, which goes on from a checkpoint where there is one.
  convenience init(_ trainer: Trainer, resumed checkpoint: TrainingCheckpoint?) {
    self.init(
      TrainingCourse(
        metric: trainer.metric, selection: trainer.selection, epochs: trainer.options.epochs, steps: trainer.stepCount))
    if let checkpoint { resume(checkpoint.history, finished: checkpoint.epoch, step: checkpoint.step) }
  }

  /// Seconds since the display was made.
  var elapsed: Double { Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9 }

  /// Goes on where an interrupted training was.
  ///
  /// - Parameters:
  ///   - history: What is known of its epochs.
  ///   - finished: The number of its finished epochs.
  ///   - step: The steps done of the next one.
  func resume(_ history: [EpochReport], finished: Int, step: Int) {
    state.withLock { $0.course.resume(history, finished: finished, step: step) }
  }

  /// Takes in an epoch.
  func show(_ report: EpochReport) {
    state.withLock { state in
      state.course.add(report)
      if Terminal.errorWidth == nil {
        Terminal.writeError(state.course.line(of: report) + "\n")
      } else {
        draw(&state)
      }
    }
  }

  /// Takes in a step.
  func showStep() {
    state.withLock { state in
      state.course.addStep()
      if Terminal.errorWidth != nil { draw(&state) }
    }
  }

  /// Leaves the last curves on the terminal, with a line behind them.
  func finish(_ text: String? = nil) {
    state.withLock { state in
      state.course.end()
      if Terminal.errorWidth != nil, state.lastDrawing >= 0, !state.isFinished {
        state.lastDrawing = -1
        draw(&state)
        Terminal.writeError("\n")
      }
      state.isFinished = true
      if let text { Terminal.writeError(text + "\n") }
    }
  }

  /// At most ten times a second.
  private func draw(_ state: inout State) {
    let elapsed = elapsed
    let isDue = state.lastDrawing < 0 || elapsed - state.lastDrawing >= 0.1
    guard isDue, !state.isFinished, let width = Terminal.errorWidth else { return }
    state.lastDrawing = elapsed
    let lines =
      state.course.curves(width: width, height: Self.height) + [state.course.status(elapsed: elapsed, width: width)]
    var text = state.drawnLines > 1 ? "\u{1B}[\(state.drawnLines - 1)A" : ""
    text += "\r" + lines.map { "\u{1B}[K" + $0 }.joined(separator: "\n")
    Terminal.writeError(text)
    state.drawnLines = lines.count
  }
}
