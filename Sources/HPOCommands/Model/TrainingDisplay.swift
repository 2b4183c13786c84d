import Dispatch
import Foundation
import HPO
import Synchronization

/// Shows a training on standard error: curves that are redrawn where that is a terminal, else a line an epoch.
final class TrainingDisplay: Sendable {
  private struct State {
    var reports: [EpochReport] = []
    var step = 0
    /// The lines on the terminal that the next drawing replaces.
    var drawnLines = 0
    var lastDrawing: Double = -1
  }

  private let metric: Metric
  private let epochs: Int
  private let steps: Int
  private let start = DispatchTime.now()
  private let state = Mutex(State())

  /// The rows of a plot.
  private static let height = 8

  /// - Parameters:
  ///   - epochs: The epochs of the whole training.
  ///   - steps: The steps of an epoch.
  init(metric: Metric, epochs: Int, steps: Int) {
    self.metric = metric
    self.epochs = epochs
    self.steps = steps
  }

  /// Seconds since the display was made.
  var elapsed: Double { Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9 }

  /// Takes in an epoch.
  func show(_ report: EpochReport) {
    state.withLock { state in
      state.reports.append(report)
      state.step = 0
      if Terminal.errorWidth == nil {
        Terminal.writeError(line(of: report) + "\n")
      } else {
        draw(&state)
      }
    }
  }

  /// Takes in a step.
  func showStep() {
    state.withLock { state in
      state.step += 1
      if Terminal.errorWidth != nil { draw(&state) }
    }
  }

  /// Writes a line of its own.
  func note(_ text: String) {
    state.withLock { state in
      Terminal.writeError((state.drawnLines > 0 ? "\n" : "") + text + "\n")
      state.drawnLines = 0
    }
  }

  /// Leaves the last curves on the terminal.
  func finish() {
    state.withLock { state in
      guard Terminal.errorWidth != nil, !state.reports.isEmpty else { return }
      state.lastDrawing = -1
      draw(&state)
      Terminal.writeError("\n")
      state.drawnLines = 0
    }
  }

  private func line(of report: EpochReport) -> String {
    "epoch \(report.epoch)/\(epochs)  loss \(shortNumber(report.trainingLoss))  "
      + "\(metric.rawValue) \(shortNumber(report.value))" + (report.isBest ? "  *best*" : "")
  }

  /// At most ten times a second.
  private func draw(_ state: inout State) {
    let elapsed = elapsed
    guard let width = Terminal.errorWidth, elapsed - state.lastDrawing >= 0.1 || state.lastDrawing < 0 else { return }
    state.lastDrawing = elapsed
    var lines: [String] = []
    if state.reports.count > 1, width >= 40 {
      let panel = min(48, (width - 3) / 2)
      let loss = TextPlot(
        state.reports.map(\.trainingLoss), title: "training loss", width: panel, height: Self.height, count: epochs)
      let value = TextPlot(
        state.reports.map(\.value), title: "validation \(metric.rawValue)", width: panel, height: Self.height,
        count: epochs)
      lines = zip(loss.lines, value.lines).map { "\($0)   \($1)" }
    }
    lines.append(status(state, elapsed: elapsed, width: width))
    var text = state.drawnLines > 1 ? "\u{1B}[\(state.drawnLines - 1)A" : ""
    text += "\r" + lines.map { "\u{1B}[K" + $0 }.joined(separator: "\n")
    Terminal.writeError(text)
    state.drawnLines = lines.count
  }

  /// `epoch 3/30 · step 12/34 · best accuracy 0.98 (epoch 2) · 12 s left`, cut to the width.
  private func status(_ state: State, elapsed: Double, width: Int) -> String {
    let done = state.reports.count
    var parts = [done < epochs ? "epoch \(done + 1)/\(epochs)" : "\(epochs) epochs"]
    if state.step > 0 { parts.append("step \(state.step)/\(steps)") }
    if let best = state.reports.last(where: \.isBest) {
      parts.append("best \(metric.rawValue) \(shortNumber(best.value)) (epoch \(best.epoch))")
    }
    let fraction = (Double(done) + Double(state.step) / Double(steps)) / Double(epochs)
    if fraction > 0, fraction < 1 { parts.append("\(duration(elapsed / fraction - elapsed)) left") }
    var line = parts.removeFirst()
    for part in parts where line.count + part.count + 3 < width { line += " · " + part }
    return line
  }
}

/// A curve in characters of two by four dots.
struct TextPlot {
  /// The title, the curve with its axis, and the numbers of the first and the last value.
  let lines: [String]

  /// - Parameters:
  ///   - values: One value a step; those that are no number are left out.
  ///   - width: The columns of each line.
  ///   - height: The rows of the curve.
  ///   - count: How many values there will be in all.
  init(_ values: [Double], title: String, width: Int, height: Int, count: Int) {
    let finite = values.filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    let labels = (0..<height).map { row in
      row == 0 ? shortNumber(Self.rounded(high)) : row == height - 1 ? shortNumber(Self.rounded(low)) : ""
    }
    let margin = (labels.map(\.count).max() ?? 0) + 1
    let columns = max(1, width - margin - 1)
    var dots = Array(repeating: Array(repeating: UInt32(0), count: columns), count: height)
    var previous: (x: Int, y: Int)?
    for (index, value) in values.enumerated() where value.isFinite {
      let x = count <= 1 ? 0 : index * (2 * columns - 1) / max(1, count - 1)
      let fraction = high > low ? (value - low) / (high - low) : 0.5
      let y = Int(((1 - fraction) * Double(4 * height - 1)).rounded())
      // A straight line from the value before, without gaps upwards or downwards.
      let start = previous ?? (x, y)
      var row = start.y
      for column in start.x...max(start.x, x) where column / 2 < columns {
        let next = column == x ? y : start.y + (y - start.y) * (column - start.x) / (x - start.x)
        for y in min(row, next)...max(row, next) { dots[y / 4][column / 2] |= Self.dot(column: column % 2, row: y % 4) }
        row = next
      }
      previous = (x, y)
    }
    let curve = zip(labels, dots).map { label, row in
      let padding = String(repeating: " ", count: margin - label.count - 1)
      let cells = row.map { $0 == 0 ? " " : String(Unicode.Scalar(0x2800 + $0) ?? " ") }.joined()
      return "\(padding)\(label) │\(cells)"
    }
    let head = String(repeating: " ", count: margin) + " " + title
    lines = ([head] + curve).map { line in
      line.count > width ? String(line.prefix(width)) : line + String(repeating: " ", count: width - line.count)
    }
  }

  private static func rounded(_ value: Double) -> Double {
    Double(String(format: "%.3g", value)) ?? value
  }

  /// The bit of a dot in a character of the block of Braille patterns.
  private static func dot(column: Int, row: Int) -> UInt32 {
    let bits: [[UInt32]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
    return bits[column][row]
  }
}
