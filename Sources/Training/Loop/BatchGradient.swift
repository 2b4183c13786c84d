import Execution
import Graphs

/// The mean loss over a batch and its gradient, forward and backward, from samples that are prepared one piece ahead.
///
/// Where what becomes of a sample does not depend on the others, a large batch goes through the network in chunks, so that
/// memory does not grow with it: the gradient of the mean over the batch is the sum of the chunks' gradients, each with the
/// chunk's share of the samples. Pieces number the chunks of an epoch from 0.
final class BatchGradient {
  /// The most samples that go through the network together, where there is a choice.
  static let largestChunk = 512

  /// The network with its loss, compiled for a number of samples.
  private final class LossPlan {
    let plan: Plan
    let input: Value
    let targets: Value
    let teacher: Value?
    let loss: Value

    init(
      _ network: any Network, data: Dataset, batchSize: Int, options: TrainingOptions, precision: Precision,
      teacher: Teacher?, parameters: ParameterStore, kernels: Kernels
    ) throws {
      let built = try NetworkGraph(
        network, data: data, outputWidth: data.target.outputWidth, batchSize: batchSize)
      let trained = try built.withLoss(options.loss, for: data.target.task, teacher: teacher)
      plan = try Plan(
        training: trained.graph, loss: trained.loss, parameters: parameters, kernels: kernels, precision: precision,
        inputSets: 2)
      (input, targets, self.teacher, loss) = (built.input, trained.targets, trained.teacher, trained.loss)
    }
  }

  /// Samples of a batch that go through the network together.
  private struct Chunk {
    let rows: Range<Int>
    let plan: LossPlan
  }

  /// Where a piece is written before it is run.
  struct Inputs {
    /// The samples.
    let samples: UnsafeMutableBufferPointer<Float>
    /// Their targets.
    let targets: UnsafeMutableBufferPointer<Float>
    /// What the teacher says about them; nil without a teacher.
    let teacher: UnsafeMutableBufferPointer<Float>?
  }

  /// What products are computed in.
  let precision: Precision
  /// The pieces of a batch.
  var chunkCount: Int { chunks.count }
  /// The samples of the largest piece.
  var chunkSize: Int { chunks[0].rows.count }

  private let chunks: [Chunk]
  private let batchSize: Int
  private let sum: GradientSum?

  /// Compiles the network.
  ///
  /// - Parameters:
  ///   - network: What is trained.
  ///   - data: What it is trained on.
  ///   - batchSize: The samples of a batch.
  ///   - isDivisible: Whether what becomes of a sample does not depend on the others.
  ///   - options: The loss.
  ///   - precision: What products are computed in.
  ///   - teacher: What is learned from beside the targets.
  ///   - parameters: The network's weights.
  ///   - kernels: Whose kernels to run.
  init(
    _ network: any Network, data: Dataset, batchSize: Int, isDivisible: Bool, options: TrainingOptions,
    precision: Precision, teacher: Teacher?, parameters: ParameterStore, kernels: Kernels
  ) throws {
    let runs = isDivisible ? (batchSize + Self.largestChunk - 1) / Self.largestChunk : 1
    let size = (batchSize + runs - 1) / runs
    var precision = precision
    var plans: [Int: LossPlan] = [:]
    chunks = try stride(from: 0, to: batchSize, by: size).map { start in
      let rows = start..<min(start + size, batchSize)
      if let plan = plans[rows.count] { return Chunk(rows: rows, plan: plan) }
      let plan = try LossPlan(
        network, data: data, batchSize: rows.count, options: options, precision: precision, teacher: teacher,
        parameters: parameters, kernels: kernels)
      // A choice that the first plan has measured holds for all.
      precision = plan.plan.precision
      plans[rows.count] = plan
      return Chunk(rows: rows, plan: plan)
    }
    self.precision = precision
    self.batchSize = batchSize
    sum = chunks.count > 1 ? GradientSum(parameters) : nil
  }

  /// The places in the order of the epoch of a piece's samples.
  func places(of piece: Int) -> Range<Int> {
    let start = piece / chunks.count * batchSize
    let rows = chunks[piece % chunks.count].rows
    return start + rows.lowerBound..<start + rows.upperBound
  }

  /// Where a piece is written: elsewhere than the piece before it, which may be running.
  func inputs(of piece: Int) -> Inputs {
    let (chunk, set) = (chunks[piece % chunks.count].plan, piece % 2)
    return Inputs(
      samples: chunk.plan.input(chunk.input, inputSet: set), targets: chunk.plan.input(chunk.targets, inputSet: set),
      teacher: chunk.teacher.map { chunk.plan.input($0, inputSet: set) })
  }

  /// Computes a piece; after the last one of a batch its gradient is in the parameters' store.
  ///
  /// - Returns: The piece's part of the mean loss over the batch.
  func run(_ piece: Int, seed: UInt64) throws -> Float {
    let (number, set) = (piece % chunks.count, piece % 2)
    let chunk = chunks[number]
    try chunk.plan.plan.run(seed: seed, inputSet: set)
    let loss = chunk.plan.plan.scalar(chunk.plan.loss)
    guard let sum else { return loss }
    let weight = Float(chunk.rows.count) / Float(batchSize)
    sum.add(weight: weight, isFirst: number == 0)
    if number == chunks.count - 1 { sum.finish() }
    return weight * loss
  }
}
