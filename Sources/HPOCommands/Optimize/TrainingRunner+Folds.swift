import HPO
import OrderedCollections
import StudyConfiguration
import Training

extension TrainingRunner {
  /// Trains the network of one trial once a fold and returns the mean of the values in the best epochs.
  ///
  /// After each fold the mean so far is reported, so that pruners compare trials fold by fold. The first fold has the seed of
  /// the trial. Kept are the values, the best epochs, the diagnoses and the worst of them, the 95 % interval of the mean and
  /// the mean on the test samples.
  ///
  /// An interrupted trial goes on within the fold that it was in, to the bit.
  ///
  /// - Parameters:
  ///   - trial: The trial.
  ///   - values: The values that describe the network.
  func runFolds(_ trial: Trial, values: OrderedDictionary<String, Choice>) throws -> Double {
    // One at a time, and none gathered twice.
    var held: (fold: Int, split: DatasetParts.Split)?
    func data(of fold: Int) -> DatasetSplits {
      if let held, held.fold == fold { return held.split.data }
      held = nil
      let split = parts.standardized(fold)
      held = (fold, split)
      return split.data
    }
    func makeTrainer(_ fold: Int) throws -> Trainer {
      var stream = RandomStream(seed: trial.seed, purpose: .fold, index: fold)
      // What the first fold has chosen, which the trial keeps, holds for all.
      return try self.trainer(
        values: values, seed: fold == 0 ? trial.seed : stream.next(), data: data(of: fold),
        precision: trial.record.precision)
    }
    var (results, next) = try resumedFolds(of: trial, trainer: makeTrainer)
    /// Trains and measures the fold of a trainer, which is gone before there is the next one.
    ///
    /// - Returns: Whether its checkpoints are kept.
    func runFold(_ trainer: Trainer) throws -> Bool {
      let isKept = trainer.checkpointSize <= Trial.largestCheckpoint
      func keep() throws {
        guard isKept else { return try trial.checkInterruption() }
        try trial.keepCheckpoint { try results.encoded(in: trainer) }
      }
      let (result, diagnosis) = try diagnosed(trial, trainer) {
        try trainer.train(afterEpoch: { _ in try keep() }, afterStep: keep)
      }
      let test = try trainer.evaluate(data(of: results.count).test)[objective.metric]
      results.append(result.best.value, epoch: result.best.epoch, test: test, diagnosis: diagnosis)
      try note(results, with: trial)
      return isKept
    }
    /// The beginning of the next fold, to be kept.
    func begin() throws -> [UInt8] {
      let trainer = try makeTrainer(results.count)
      next = trainer
      return try results.encoded(in: trainer)
    }
    func takeNext() throws -> Trainer {
      defer { next = nil }
      return try next ?? makeTrainer(results.count)
    }
    while results.count < parts.count {
      let isKept = try runFold(takeNext())
      let isLast = results.count == parts.count
      try trial.report(results.summary.mean, at: results.count, checkpoint: isKept && !isLast ? begin : nil)
    }
    return results.summary.mean
  }

  /// Where an interrupted trial was: the folds that are done and the trainer of the next one; nothing for a trial that
  /// begins, or whose checkpoint is of another training.
  private func resumedFolds(of trial: Trial, trainer: (Int) throws -> Trainer) throws -> (FoldResults, Trainer?) {
    guard let bytes = try trial.resume() else { return (FoldResults(), nil) }
    do {
      let (results, checkpoint) = try FoldResults.decode(bytes)
      if results.count < parts.count {
        let next = try trainer(results.count)
        try next.restore(checkpoint)
        return (results, next)
      }
    } catch is TrainingError {}
    try trial.startOver()
    return (FoldResults(), nil)
  }

  private func note(_ results: FoldResults, with trial: Trial) throws {
    try trial.setUserAttribute("folds", to: .array(results.scores.map { .double($0) }))
    try trial.setUserAttribute("epochs", to: .array(results.epochs.map { .int($0) }))
    try trial.setUserAttribute(
      "diagnoses", to: .array(results.diagnoses.map { $0.map { .string($0.description) } ?? .null }))
    if let worst = TrainingDiagnosis.worst(of: results.diagnoses.compactMap(\.self)) {
      try trial.setUserAttribute("diagnosis", to: .string(worst.description))
    }
    if let interval = results.summary.interval {
      try trial.setUserAttribute("interval", to: .array([.double(interval.low), .double(interval.high)]))
    }
    if !results.tests.isEmpty {
      try trial.setUserAttribute("test \(objective.metric.rawValue)", to: .double(FoldSummary(results.tests).mean))
    }
  }
}

/// The folds of a trial that are done.
struct FoldResults: Hashable {
  /// The values in the best epochs.
  private(set) var scores: [Double] = []
  /// The best epochs.
  private(set) var epochs: [Int] = []
  /// The values on the test samples.
  private(set) var tests: [Double] = []
  /// What the histories of the trainings say; nil of one too short to tell.
  private(set) var diagnoses: [TrainingDiagnosis?] = []

  /// How many are done.
  var count: Int { scores.count }

  /// What they say together; of at least one.
  var summary: FoldSummary { FoldSummary(scores) }

  mutating func append(_ score: Double, epoch: Int, test: Double?, diagnosis: TrainingDiagnosis?) {
    scores.append(score)
    epochs.append(epoch)
    diagnoses.append(diagnosis)
    if let test { tests.append(test) }
  }

  /// Eight bytes before the length of the results, the results and a training's checkpoint.
  private static let signature = Array("hpo-fold".utf8)

  /// These results with the state of the training of the next fold.
  func encoded(in trainer: Trainer) throws -> [UInt8] {
    // Numbers by their bits, since they are to be the same.
    let document: JSONValue = [
      "scores": .array(scores.map { .string(String($0.bitPattern)) }), "epochs": .array(epochs.map(JSONValue.int)),
      "tests": .array(tests.map { .string(String($0.bitPattern)) }),
      "diagnoses": .array(diagnoses.map { .string($0?.description ?? "") }),
    ]
    let text = Array(document.serialized().utf8)
    let length = withUnsafeBytes(of: UInt32(text.count).littleEndian, Array.init)
    return try Self.signature + length + text + trainer.checkpoint().encoded()
  }

  /// Takes apart what `encoded(in:)` made.
  ///
  /// - Throws: `TrainingError` of code `corrupt` for bytes that it did not make.
  static func decode(_ bytes: [UInt8]) throws(TrainingError) -> (FoldResults, TrainingCheckpoint) {
    let start = signature.count + 4
    let corrupt = TrainingError(.corrupt, "the checkpoint of the folds is damaged, or of a training without folds")
    guard bytes.count >= start, bytes.starts(with: signature) else { throw corrupt }
    let length = Int(bytes[signature.count..<start].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
    guard length <= bytes.count - start,
      let text = String(validating: bytes[start..<start + length], as: UTF8.self),
      let document = try? JSONValue(parsing: text)
    else { throw corrupt }
    func numbers(_ key: String) -> [Double] {
      (document[key]?.arrayValue ?? []).compactMap { $0.stringValue.flatMap { UInt64($0) } }
        .map(Double.init(bitPattern:))
    }
    var results = FoldResults()
    results.scores = numbers("scores")
    results.tests = numbers("tests")
    results.epochs = (document["epochs"]?.arrayValue ?? []).compactMap(\.intValue)
    results.diagnoses = (document["diagnoses"]?.arrayValue ?? []).map {
      $0.stringValue.flatMap(TrainingDiagnosis.init(description:))
    }
    guard results.epochs.count == results.count, results.diagnoses.count == results.count,
      results.tests.isEmpty || results.tests.count == results.count
    else {
      throw corrupt
    }
    return (results, try TrainingCheckpoint(decoding: Array(bytes[(start + length)...])))
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
