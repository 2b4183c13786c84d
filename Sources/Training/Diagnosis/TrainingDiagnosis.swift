import Graphs
import RealModule

/// What became of a training, told from its losses.
public enum TrainingDiagnosis: Hashable, Sendable, CustomStringConvertible {
  /// The loss grew to that of guessing or beyond, or was no number any more: the learning rate is far too high.
  case diverged
  /// The loss rose and fell by turns to the end, or rose again to stay there: the learning rate is too high.
  case oscillating
  /// The loss has hardly left that of guessing: the learning rate is too low, or the units are dead.
  case stuck
  /// The validation loss grew since an epoch while the training loss fell on.
  case overfitting(since: Int)
  /// The training did what it should.
  case healthy

  /// The finding and what helps: `oscillating: lower the learning rate`.
  public var description: String {
    switch self {
    case .diverged: "diverged: lower the learning rate by a factor of ten, or clip gradients"
    case .oscillating: "oscillating: lower the learning rate, or let a schedule lower it"
    case .stuck: "stuck: raise the learning rate, or train longer; if the loss does not move at all, lower the rate"
    case .overfitting(let epoch): "overfitting since epoch \(epoch): regularize, or stop earlier"
    case .healthy: "healthy"
    }
  }

  /// The finding without the advice.
  private static func finding(_ description: String) -> Substring { description.prefix { $0 != ":" } }

  /// Reads the finding of a `description`, whatever it advises; nil for anything else.
  package init?(description: String) {
    let finding = Self.finding(description)
    let epoch = finding.split(separator: " ").last.flatMap { Int($0) }
    let candidates = [.diverged, .oscillating, .stuck, .healthy] + (epoch.map { [Self.overfitting(since: $0)] } ?? [])
    guard let found = candidates.first(where: { Self.finding($0.description) == finding }) else { return nil }
    self = found
  }

  /// Judges a training by its losses after each epoch.
  ///
  /// The rules, in this order, with the loss of guessing G, the loss S that training began with (L₁ where it is not known),
  /// training losses L₁...Lₙ, the mean M of the last third of them, and validation losses V₁...Vₙ:
  ///
  /// - diverged: a loss is no finite number, or M is above 1.5 G and above 1.2 L₁, or M is above 0.85 G after a leap, as
  ///   where it has killed the units: some L is above 1.2 times the greater of G and S, and some step of L a rise by a tenth
  ///   of itself or a fall by 0.3, or some L is above 3 times as much; or M is above 0.85 G after some L before that third
  ///   was 0.1 G below it, as where what was learned is lost again;
  /// - settled, of which nothing is said, but which is not stuck: without such a leap L fell by at least 0.02 G to M, and by
  ///   four times what it changes by in the second half, at most a tenth of it there; and M is below 0.98 G, as where there
  ///   is little to be learned, or below 1.1 G after L₁ above that and S above 1.2 G, as where there is nothing to be
  ///   learned, and weights that were drawn did worse than guessing;
  /// - stuck: M is above 0.85 G, or the least L above 0.75 G while L fell in at least 9 of 10 epochs;
  /// - oscillating: in the second half of L, rises make up at least 0.3 of all changes, changes are at least 0.08 of the
  ///   mean in size, and that mean is above 0.1 G; or some L before the last third is
  ///   0.1 G below M;
  /// - overfitting: Vₙ is above 1.1 times the least V and 0.02 G above it, the least came before the last tenth of the
  ///   epochs, and L fell by at least 0.02 of itself since, below 0.7 G;
  /// - healthy: none of them.
  ///
  /// - Parameters:
  ///   - training: The mean loss of each epoch's steps, above the least that it can be.
  ///   - validation: The loss on the validation samples after each epoch, in any unit.
  ///   - guessing: The training loss of whoever knows only how frequent each class is, or the mean of the values, above the
  ///     least that it can be.
  ///   - start: The training loss before the first step, above the least that it can be; nil where it is not known.
  /// - Returns: Nil for fewer than 3 epochs, unless a loss is no finite number.
  public init?(training: [Double], validation: [Double], guessing: Double, start: Double? = nil) {
    guard (training + validation).allSatisfy(\.isFinite) else {
      self = .diverged
      return
    }
    let count = training.count
    guard count >= 3, validation.count == count, guessing > 0 else { return nil }
    let last = training.suffix(max(1, count / 3))
    let lastMean = last.reduce(0, +) / Double(last.count)
    let beginning = start ?? training[0]
    let hasLeapt = Self.hasLeapt(training, from: max(guessing, beginning))
    let hasForgotten = lastMean - (training.dropLast(last.count).min() ?? lastMean) > 0.1 * guessing
    if lastMean > 1.5 * guessing && lastMean > 1.2 * training[0]
      || lastMean > 0.85 * guessing && (hasLeapt || hasForgotten)
    {
      self = .diverged
    } else if lastMean > 0.85 * guessing || Self.isCrawling(training, guessing),
      hasLeapt || !Self.hasSettled(training, at: lastMean, guessing, from: beginning)
    {
      self = .stuck
    } else if hasForgotten || Self.isOscillating(Array(training[(count / 2)...]), guessing) {
      self = .oscillating
    } else if let epoch = Self.overfittingStart(training, validation, guessing) {
      self = .overfitting(since: epoch)
    } else {
      self = .healthy
    }
  }

  private static func hasLeapt(_ losses: [Double], from start: Double) -> Bool {
    let leap = (losses.max() ?? 0) / start
    return leap > 3 || leap > 1.2 && zip(losses, losses.dropFirst()).contains { $1 > 1.1 * $0 || $1 < 0.7 * $0 }
  }

  private static func isCrawling(_ losses: [Double], _ guessing: Double) -> Bool {
    let falls = zip(losses, losses.dropFirst()).count { $0 > $1 }
    return losses.allSatisfy { $0 > 0.75 * guessing } && 10 * falls >= 9 * (losses.count - 1)
  }

  private static func hasSettled(_ losses: [Double], at end: Double, _ guessing: Double, from start: Double) -> Bool {
    let half = losses[(losses.count / 2)...]
    let changes = zip(half, half.dropFirst()).map { abs($1 - $0) }
    let unrest = changes.reduce(0, +) / Double(max(1, changes.count))
    let fall = losses[0] - end
    guard fall >= max(0.02 * guessing, 4 * unrest), losses[losses.count / 2] - end <= 0.1 * fall else { return false }
    return end < 0.98 * guessing || end < 1.1 * guessing && losses[0] > 1.1 * guessing && start > 1.2 * guessing
  }

  private static func isOscillating(_ losses: [Double], _ guessing: Double) -> Bool {
    let changes = zip(losses, losses.dropFirst()).map { $1 - $0 }
    let all = changes.reduce(0) { $0 + abs($1) }
    let rises = changes.reduce(0) { $0 + max(0, $1) }
    let mean = losses.reduce(0, +) / Double(losses.count)
    guard !changes.isEmpty, mean > 0.1 * guessing else { return false }
    return rises >= 0.3 * all && all / Double(changes.count) >= 0.08 * mean
  }

  /// The epoch of the least validation loss, from 1, where it was overfitting that made it the least.
  private static func overfittingStart(_ training: [Double], _ validation: [Double], _ guessing: Double) -> Int? {
    guard let least = validation.min(), let place = validation.firstIndex(of: least), let end = validation.last,
      let trainingEnd = training.last
    else { return nil }
    let isBefore = 10 * (place + 1) <= 9 * validation.count
    guard isBefore, end > 1.1 * least, end - least > 0.02 * guessing, trainingEnd < 0.98 * training[place],
      trainingEnd < 0.7 * guessing
    else {
      return nil
    }
    return place + 1
  }
}

extension TrainingDiagnosis {
  /// Judges the epochs of a training.
  ///
  /// - Parameters:
  ///   - history: The epochs, in order.
  ///   - guessing: `Trainer.guessingLoss()`.
  public init?(_ history: [EpochReport], guessing: GuessingLoss) {
    // A regression's validation loss is in the unit of the data; its first value stands in for it.
    let losses = history.map(\.validation.loss)
    let range = guessing.value - guessing.floor
    let unit = losses.first.map { $0 > 0 ? range / $0 : 1 } ?? 1
    let isClasses = history.first?.validation[.logLoss] != nil
    self.init(
      training: history.map { $0.trainingLoss - guessing.floor },
      validation: isClasses ? losses : losses.map { $0 * unit },
      guessing: range,
      start: history.first?.firstLoss.map { $0 - guessing.floor })
  }

  /// The diagnosis that most needs something done.
  package static func worst(of diagnoses: [TrainingDiagnosis]) -> TrainingDiagnosis? {
    diagnoses.max { $0.gravity < $1.gravity }
  }

  private var gravity: Int {
    switch self {
    case .healthy: 0
    case .overfitting: 1
    case .oscillating: 2
    case .stuck: 3
    case .diverged: 4
    }
  }
}
