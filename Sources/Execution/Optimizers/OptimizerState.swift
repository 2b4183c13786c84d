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

  /// Starts at step 0 with moments of zero.
  public init(_ optimizer: Optimizer, parameters: ParameterStore) {
    self.optimizer = optimizer
    self.parameters = parameters
    learningRate = optimizer.learningRate
    moments = AlignedBuffer(count: optimizer.slotCount * parameters.layout.count)
  }

  /// Moves all parameters by their gradients; allocates nothing.
  public func step() {
    stepCount += 1
    let count = parameters.layout.count
    let (p, g) = (parameters.valueStart, UnsafePointer(parameters.gradientStart))
    let decay = Float(optimizer.weightDecay)
    switch optimizer.rule {
    case .gradientDescent:
      OptimizerKernels.gradientDescent(p, g, count, rate: Float(learningRate), decay: decay)
    case .momentum(let momentum):
      OptimizerKernels.momentum(
        p, g, moments.start, count, rate: Float(learningRate), momentum: Float(momentum), decay: decay)
    case .adam(let beta1, let beta2, let epsilon):
      let factors = OptimizerKernels.AdamFactors(
        rate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: optimizer.weightDecay,
        step: stepCount)
      OptimizerKernels.adam(p, g, moments.start, moments.start + count, count, factors)
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
