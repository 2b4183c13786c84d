import HPO
import OrderedCollections
import StudyConfiguration
import Training

extension TrainingRunner {
  /// Trains the network of one trial once a fold and returns the mean of the values in the best epochs.
  ///
  /// After each fold the mean so far is reported, so that pruners compare trials fold by fold. The first fold has the seed of
  /// the trial. Kept are the values, the best epochs, the 95 % interval of the mean and the mean on the test samples.
  ///
  /// - Parameter values: The values that describe the network.
  func runFolds(_ trial: Trial, values: OrderedDictionary<String, Choice>) throws -> Double {
    var (scores, tests, epochs): ([Double], [Double], [Int]) = ([], [], [])
    for (fold, split) in splits.enumerated() {
      var stream = RandomStream(seed: trial.seed, purpose: .fold, index: fold)
      let trainer = try trainer(values: values, seed: fold == 0 ? trial.seed : stream.next(), data: split)
      let result = try diagnosed(trial, trainer) {
        try trainer.train(afterEpoch: { _ in try trial.checkInterruption() })
      }
      scores.append(result.best.value)
      epochs.append(result.best.epoch)
      if let value = try trainer.evaluate(split.test)[objective.metric] { tests.append(value) }
      let summary = FoldSummary(scores)
      try trial.setUserAttribute("folds", to: .array(scores.map { .double($0) }))
      try trial.setUserAttribute("epochs", to: .array(epochs.map { .int($0) }))
      if let interval = summary.interval {
        try trial.setUserAttribute("interval", to: .array([.double(interval.low), .double(interval.high)]))
      }
      try trial.setUserAttribute("test \(objective.metric.rawValue)", to: .double(FoldSummary(tests).mean))
      try report(summary.mean, at: fold + 1, of: trial)
    }
    return FoldSummary(scores).mean
  }
}

/// What the values of the folds say together.
struct FoldSummary {
  /// Their mean.
  let mean: Double
  /// Where the mean lies with 95 %, by Student's distribution; nil for a single value. Folds share training samples, so that
  /// it is rather too narrow (Bengio and Grandvalet 2004, JMLR 5).
  let interval: (low: Double, high: Double)?

  /// - Parameter values: At least one.
  init(_ values: [Double]) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    self.mean = mean
    guard values.count > 1 else {
      interval = nil
      return
    }
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    let reach = Self.quantile(freedom: values.count - 1) * (variance / count).squareRoot()
    interval = (mean - reach, mean + reach)
  }

  /// The 0.975 quantile of Student's distribution.
  static func quantile(freedom: Int) -> Double {
    let exact = [12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.30600, 2.26216]
    if freedom <= exact.count { return exact[freedom - 1] }
    // Abramowitz and Stegun 1964, eq. 26.7.5, to 1e-4 from here on.
    let (z, n) = (1.959964, Double(freedom))
    let (z3, z5, z7) = (z * z * z, z * z * z * z * z, z * z * z * z * z * z * z)
    return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n)
      + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n)
  }
}
