import CKernels
import RealModule

/// An optimizer at work on one parameter store: its moments, its step count and the rate in force.
public final class OptimizerState {
  /// Everything that a later `restore(_:)` needs to go on bit for bit.
  public struct Snapshot: Hashable, Sendable {
    /// The number of steps done.
    public var stepCount: Int
    /// The rate in force.
    public var learningRate: Double
    /// The moments, one flat buffer after the other in the layout of the parameters.
    public var moments: [Float]

    /// Puts a snapshot together from its saved parts.
    public init(stepCount: Int, learningRate: Double, moments: [Float]) {
      self.stepCount = stepCount
      self.learningRate = learningRate
      self.moments = moments
    }
  }

  /// The rule and its numbers.
  public let optimizer: Optimizer

  /// The rate of the next step; schedules set it.
  public var learningRate: Double

  /// The number of steps done.
  public private(set) var stepCount = 0

  private let parameters: ParameterStore
  private let moments: AlignedBuffer
  private let loops: CKernelTable

  /// Starts at step 0 with moments of zero.
  public convenience init(_ optimizer: Optimizer, parameters: ParameterStore) {
    self.init(optimizer, parameters: parameters, table: .best)
  }

  /// Starts with the loops of one instruction set.
  init(_ optimizer: Optimizer, parameters: ParameterStore, table: VectorTable) {
    loops = table.loops
    self.optimizer = optimizer
    self.parameters = parameters
    learningRate = optimizer.learningRate
    moments = AlignedBuffer(count: optimizer.slotCount * parameters.layout.trainedCount)
  }

  /// Moves all parameters by their gradients; allocates nothing.
  ///
  /// - Complexity: One pass over all parameters, their gradients and their moments.
  public func step() {
    stepCount += 1
    let count = parameters.layout.trainedCount
    let (p, g) = (parameters.valueStart, UnsafePointer(parameters.gradientStart))
    let (rate, decay) = (Float(learningRate), Float(optimizer.weightDecay))
    switch optimizer.rule {
    case .gradientDescent:
      loops.gradientDescent(p, g, count, rate, decay)
    case .momentum(let momentum):
      loops.momentum(p, g, moments.start, count, rate, Float(momentum), decay)
    case .adam(let beta1, let beta2, let epsilon):
      let factors = CAdamFactors(
        beta1: Float(beta1), beta2: Float(beta2), epsilon: Float(epsilon), weightDecay: decay,
        stepSize: Float(learningRate / (1 - .pow(beta1, stepCount))),
        inverseRootCorrection: Float(1 / Double.sqrt(1 - .pow(beta2, stepCount))),
        oneMinusBeta1: Float(1 - beta1), oneMinusBeta2: Float(1 - beta2))
      loops.adam(p, g, moments.start, moments.start + count, count, factors)
    }
  }

  /// Copies the state.
  public func snapshot() -> Snapshot {
    Snapshot(stepCount: stepCount, learningRate: learningRate, moments: Array(moments.elements))
  }

  /// Goes back to what `snapshot()` returned.
  ///
  /// - Throws: `ExecutionError` where the snapshot is of another rule or another layout.
  public func restore(_ snapshot: Snapshot) throws {
    guard snapshot.moments.count == moments.elements.count else {
      throw ExecutionError(
        .snapshotMismatch,
        "the snapshot holds \(snapshot.moments.count) moments, but the optimizer keeps \(moments.elements.count)")
    }
    stepCount = snapshot.stepCount
    learningRate = snapshot.learningRate
    _ = moments.elements.update(fromContentsOf: snapshot.moments)
  }
}
