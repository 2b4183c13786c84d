import Graphs
import RealModule

/// Between what the loss of a training can be: what guessing costs, and what is left where every sample is known.
public struct GuessingLoss: Sendable, Hashable {
  /// The training loss of whoever knows only how frequent each class is, or the mean of the values.
  public let value: Double
  /// The least training loss there is: the entropy of smoothed labels, 0 where labels are not smoothed.
  public let floor: Double

  /// Between other bounds.
  public init(_ value: Double, floor: Double = 0) {
    self.value = value
    self.floor = floor
  }
}

extension Trainer {
  /// What guessing costs in the loss that is minimized.
  ///
  /// For classes of the shares f it is the entropy in nats of the mean target, (1 - s) f + s / C with the label smoothing s;
  /// where each class is learned against all others, the mean of their entropies; for values of mean 0 and deviation 1 the
  /// mean loss of predicting 0. A teacher has its share: what its probabilities lie from their mean.
  ///
  /// - Throws: What evaluating a teacher throws.
  public func guessingLoss() throws -> GuessingLoss {
    let hard = hardGuessingLoss
    guard let teacher else { return hard }
    let soft = teacher.guessingLoss(
      try teacher.all(of: data.training), isClasses: data.training.target.task == .classification)
    return GuessingLoss(
      (1 - teacher.share) * hard.value + teacher.share * soft, floor: (1 - teacher.share) * hard.floor)
  }

  /// Judges the epochs of a training by this trainer.
  ///
  /// - Throws: As `guessingLoss()`.
  public func diagnosis(of history: [EpochReport]) throws -> TrainingDiagnosis? {
    TrainingDiagnosis(history, guessing: try guessingLoss())
  }

  /// What guessing the targets costs.
  private var hardGuessingLoss: GuessingLoss {
    switch data.training.target {
    case .classes(let labels, let names):
      var counts = [Double](repeating: 0, count: names.count)
      for label in labels { counts[Int(label)] += 1 }
      let (classes, shares) = (Double(names.count), counts.map { $0 / Double(labels.count) })
      if options.loss == .binaryCrossEntropy {
        return GuessingLoss(shares.reduce(0) { $0 + entropy([$1, 1 - $1]) } / classes)
      }
      var smoothing = 0.0
      if case .softmaxCrossEntropy(let labelSmoothing) = options.loss { smoothing = labelSmoothing }
      let target = [1 - smoothing + smoothing / classes] + Array(repeating: smoothing / classes, count: names.count - 1)
      return GuessingLoss(entropy(shares.map { (1 - smoothing) * $0 + smoothing / classes }), floor: entropy(target))
    case .values(let values):
      let losses = values.lazy.map { value -> Double in
        let distance = abs((Double(value) - self.scale.mean) / self.scale.deviation)
        return switch self.options.loss {
        case .meanAbsoluteError: distance
        case .huber(let delta): distance <= delta ? distance * distance / 2 : delta * (distance - delta / 2)
        default: distance * distance
        }
      }
      return GuessingLoss(losses.reduce(0, +) / Double(values.count))
    }
  }
}

extension TeacherOutputs {
  /// What guessing the mean of the outputs costs: T² times the mean divergence of the levelled probabilities from their mean,
  /// which is the entropy of the mean less the mean entropy; of values, their variance.
  fileprivate func guessingLoss(_ outputs: [Float], isClasses: Bool) -> Double {
    let rows = stride(from: 0, to: outputs.count, by: width).map { outputs[$0..<$0 + width].map(Double.init) }
    let count = Double(rows.count)
    func mean(_ rows: [[Double]]) -> [Double] {
      rows.reduce(into: [Double](repeating: 0, count: width)) { sum, row in
        for index in row.indices { sum[index] += row[index] / count }
      }
    }
    guard isClasses else {
      let center = mean(rows)
      return rows.reduce(0) { $0 + ($1[0] - center[0]) * ($1[0] - center[0]) / count }
    }
    let probabilities = rows.map { row -> [Double] in
      let most = row.max() ?? 0
      let exponentials = row.map { Double.exp(($0 - most) / temperature) }
      let sum = exponentials.reduce(0, +)
      return exponentials.map { $0 / sum }
    }
    let meanEntropy = probabilities.reduce(0) { $0 + entropy($1) / count }
    return temperature * temperature * (entropy(mean(probabilities)) - meanEntropy)
  }
}

/// The entropy of a distribution in nats.
private func entropy(_ probabilities: [Double]) -> Double {
  probabilities.reduce(0) { $1 > 0 ? $0 - $1 * .log($1) : $0 }
}
