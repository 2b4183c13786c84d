import CDatasets
import Execution

/// A training at one step: weights, moments of the optimizer, averaged weights, best weights so far, history, and the
/// position in the epoch.
///
/// The order of samples, dropout and the schedule follow from the seed and the position, so that a training that goes on
/// from a checkpoint ends with the same bits as one that was never stopped. The training's options are not part of it, only
/// a checksum: the trainer that restores it must have been made with the same network, data and options.
///
/// Encoded it takes 4 bytes for each parameter, for each moment of it (2 with Adam), for its average and its best value,
/// and about 300 bytes for each epoch.
public struct TrainingCheckpoint: Sendable, Hashable {
  /// Tells the training from others.
  let fingerprint: UInt32
  let progress: TrainingProgress
  let parameters: [Float]
  let optimizer: OptimizerState.Snapshot
  let average: WeightAverage.Snapshot?
  /// Where the minimization over all samples stands, in place of steps.
  let minimization: Minimization?
  /// What the hook remembers; nil where there is none.
  let hook: [Float]?
  /// What products are computed in, which `auto` may choose otherwise another time.
  let precision: Precision

  /// The epochs that are finished.
  public var epoch: Int { progress.history.count }

  /// What they achieved, in order.
  public var history: [EpochReport] { progress.history }

  /// The steps done of the epoch at work.
  public var step: Int { progress.step }

  /// What a file begins with.
  package static let signature = "hpo-ckpt"
  private static let format = FloatArchive.Format(signature: signature, version: 1, name: "checkpoint")

  /// What is not an array of numbers.
  private struct Document: Codable {
    var fingerprint: UInt32
    var history: [EpochReport]
    var best: Int?
    var step: Int
    var lossSum: Double
    var firstLoss: Double?
    var baseRate: Double
    var plateau: PlateauReduction.State
    var optimizerSteps: Int
    var rate: Double
    var averageCount: Int?
    var minimization: Minimization.Record?
    var hasHook: Bool?
    var precision: Precision?
  }

  init(
    fingerprint: UInt32, progress: TrainingProgress, parameters: [Float], optimizer: OptimizerState.Snapshot,
    average: WeightAverage.Snapshot?, minimization: Minimization?, hook: [Float]?,
    precision: Precision
  ) {
    self.fingerprint = fingerprint
    self.progress = progress
    self.parameters = parameters
    self.optimizer = optimizer
    self.average = average
    self.minimization = minimization
    self.hook = hook
    self.precision = precision
  }

  /// A checksum of what decides how a training goes, as this program describes it: network, options, and all training and
  /// validation samples with their targets.
  ///
  /// - Parameter identities: What tells a teacher and a hook from others.
  static func fingerprint(
    _ network: any Network, _ options: TrainingOptions, _ data: DatasetSplits, _ identities: [String]
  ) -> UInt32 {
    let samples = [data.training, data.validation].map { $0.contentHash }
    let text = Array((["\(network) \(options) \(samples)"] + identities).joined(separator: " ").utf8)
    return hpo_crc32(text, text.count)
  }

  /// The CRC-32 of numbers as they lie in memory.
  static func checksum(of numbers: some Collection<Float>) -> UInt32 {
    Array(numbers).withUnsafeBytes { bytes in
      bytes.bindMemory(to: UInt8.self).baseAddress.map { hpo_crc32($0, bytes.count) } ?? 0
    }
  }

  /// The bytes to be kept, with a checksum.
  public func encoded() throws -> [UInt8] {
    let document = Document(
      fingerprint: fingerprint, history: progress.history, best: progress.best?.epoch, step: progress.step,
      lossSum: progress.lossSum, firstLoss: progress.firstLoss, baseRate: progress.baseRate, plateau: progress.plateau,
      optimizerSteps: optimizer.stepCount,
      rate: optimizer.learningRate, averageCount: average?.count, minimization: minimization?.record,
      hasHook: hook.map { _ in true }, precision: precision)
    return try FloatArchive.encode(
      document,
      [parameters, progress.bestParameters, optimizer.moments, average?.values ?? []]
        + (minimization.map { [ExactDoubles.encode($0.vectors)] } ?? []) + (hook.map { [$0] } ?? []), as: Self.format)
  }

  /// Reads what `encoded()` returned.
  ///
  /// - Parameters:
  ///   - bytes: What it returned, or anything.
  ///   - source: What the bytes are of, for messages.
  /// - Throws: `TrainingError` of code `corrupt` where the bytes are cut off, damaged or of another version.
  public init(decoding bytes: [UInt8], source: String = "checkpoint") throws(TrainingError) {
    let (document, arrays) = try FloatArchive.decode(bytes, as: Self.format, source: source, Document.self)
    let history = document.history
    let hasHook = document.hasHook ?? false
    guard arrays.count == 4 + (document.minimization == nil ? 0 : 1) + (hasHook ? 1 : 0), document.step >= 0,
      document.optimizerSteps >= 0,
      history.map(\.epoch) == Array(1..<history.count + 1),
      document.best.map({ $0 >= 1 && $0 <= history.count }) ?? true,
      (document.averageCount == nil) == arrays[3].isEmpty
    else { throw TrainingError(.corrupt, "\(source): the parts of the checkpoint contradict each other") }
    var minimization: Minimization?
    if let record = document.minimization {
      minimization = ExactDoubles.decode(arrays[4]).flatMap { Minimization(record, vectors: $0) }
      guard minimization != nil else {
        throw TrainingError(.corrupt, "\(source): the state of the minimization makes no sense")
      }
    }
    var progress = TrainingProgress(rate: document.baseRate)
    progress.history = history
    progress.best = document.best.map { history[$0 - 1] }
    progress.bestParameters = arrays[1]
    progress.step = document.step
    progress.lossSum = document.lossSum
    progress.firstLoss = document.firstLoss
    progress.plateau = document.plateau
    self.init(
      fingerprint: document.fingerprint, progress: progress, parameters: arrays[0],
      optimizer: OptimizerState.Snapshot(
        stepCount: document.optimizerSteps, learningRate: document.rate, moments: arrays[2]),
      average: document.averageCount.map { WeightAverage.Snapshot(count: $0, values: arrays[3]) },
      minimization: minimization, hook: hasHook ? arrays.last : nil, precision: document.precision ?? .float32)
  }

  /// The most bytes of a checkpoint's file.
  public static let largestFile = 1 << 34

  /// Reads a file that `write(to:)` wrote.
  ///
  /// - Throws: `DatasetError` where the file cannot be read; `TrainingError` of code `corrupt` where it is no checkpoint.
  public init(contentsOf path: String) throws {
    try self.init(decoding: RegularFile.read(path, atMost: Self.largestFile), source: path)
  }

  /// Writes a file, whole or not at all.
  ///
  /// - Throws: `TrainingError` of code `fileFailure`.
  public func write(to path: String) throws {
    try RegularFile.write(encoded(), to: path)
  }
}
