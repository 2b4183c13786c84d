import HPO

/// How far a training has come, as it is shown in a line.
struct TrainingCourse {
  private let metric: Metric
  private let selection: Metric
  private let epochs: Int
  private let steps: Int
  /// The epochs that are told, in order; those before the first may be finished as well.
  private(set) var reports: [EpochReport] = []
  /// The epochs that are finished.
  private var finished = 0
  /// The steps done of the next one.
  private var step = 0
  /// The epochs that were done, in part as well, before this process began to train.
  private var before = 0.0
  /// Whether nothing more is trained.
  private var isOver = false

  /// - Parameters:
  ///   - metric: What is shown of an epoch.
  ///   - selection: What the best epoch is chosen by.
  ///   - epochs: The epochs of the whole training.
  ///   - steps: The steps of an epoch.
  init(metric: Metric, selection: Metric, epochs: Int, steps: Int) {
    self.metric = metric
    self.selection = selection
    self.epochs = epochs
    self.steps = steps
  }

  /// The epochs done, the one at work in part.
  private var position: Double { Double(finished) + Double(step) / Double(max(1, steps)) }

  /// Goes on where an interrupted training was.
  ///
  /// - Parameters:
  ///   - history: What is known of its epochs.
  ///   - finished: The number of its finished epochs.
  ///   - step: The steps done of the next one.
  mutating func resume(_ history: [EpochReport], finished: Int, step: Int) {
    (reports, self.finished, self.step) = (history, finished, step)
    before = position
  }

  /// Takes in an epoch.
  mutating func add(_ report: EpochReport) {
    reports.append(report)
    (finished, step) = (report.epoch, 0)
  }

  /// Takes in a step that is not the last of its epoch; of an epoch that is a single step, as where all samples are looked at
  /// together, there is none.
  mutating func addStep() { step = min(step + 1, max(0, steps - 1)) }

  /// Takes note that the training has ended, early perhaps.
  mutating func end() { isOver = true }

  /// An epoch's line: `epoch 3/30  loss 0.12  accuracy 0.98  *best*`, or `*best by logLoss*` where that is what it is best by.
  func line(of report: EpochReport) -> String {
    let mark = selection == metric ? "*best*" : "*best by \(selection.rawValue)*"
    return "epoch \(report.epoch)/\(epochs)  loss \(shortNumber(report.trainingLoss))  "
      + "\(metric.rawValue) \(shortNumber(report.value))" + (report.isBest ? "  \(mark)" : "")
  }

  /// `epoch 3/30 · step 12/34 · best accuracy 0.98 (epoch 2) · 12 s left`, cut to the width; once the training has ended
  /// `12 of 30 epochs · best accuracy 0.98 (epoch 2)`. Where the best epoch is chosen by something else than what is shown,
  /// `accuracy 0.98 at the best logLoss (epoch 2)`.
  ///
  /// - Parameters:
  ///   - elapsed: The seconds that this process has trained.
  ///   - width: The most characters.
  func status(elapsed: Double, width: Int) -> String {
    var parts = [
      finished == epochs
        ? counted(epochs, "epoch")
        : isOver && step == 0 ? "\(finished) of \(counted(epochs, "epoch"))" : "epoch \(finished + 1)/\(epochs)"
    ]
    if step > 0 { parts.append("step \(step)/\(steps)") }
    if let report = reports.last(where: \.isBest) {
      let value = "\(metric.rawValue) \(shortNumber(report.value))"
      let best = selection == metric ? "best \(value)" : "\(value) at the best \(selection.rawValue)"
      parts.append("\(best) (epoch \(report.epoch))")
    }
    let left = Double(epochs) - position
    if position > before, left > 0, !isOver { parts.append("\(duration(elapsed / (position - before) * left)) left") }
    var line = parts.removeFirst()
    for part in parts where line.count + part.count + 3 < width { line += " · " + part }
    return line
  }

  /// The curves of loss and metric, side by side; no lines for fewer than two epochs or in a narrow terminal.
  ///
  /// - Parameters:
  ///   - width: The columns of the terminal.
  ///   - height: The rows of a curve.
  func curves(width: Int, height: Int) -> [String] {
    guard reports.count > 1, width >= 40 else { return [] }
    let panel = min(48, (width - 3) / 2)
    func plot(_ title: String, _ value: (EpochReport) -> Double) -> TextPlot {
      TextPlot(
        reports.map { ($0.epoch - 1, value($0)) }, title: title, width: panel, height: height, count: epochs)
    }
    let (loss, value) = (plot("training loss", \.trainingLoss), plot("validation \(metric.rawValue)", \.value))
    return zip(loss.lines, value.lines).map { "\($0)   \($1)" }
  }
}
