import CKernels
import Graphs
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
  private let segments: [Segment]

  /// Neighbouring parameters that are treated alike.
  private struct Segment {
    var start: Int
    var count: Int
    let isDecayed: Bool
    let isBounded: Bool
  }

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
    segments = Self.segments(of: parameters.layout, optimizer)
  }

  private static func segments(of layout: ParameterLayout, _ optimizer: Optimizer) -> [Segment] {
    var segments: [Segment] = []
    for entry in layout.entries where entry.offset < layout.trainedCount {
      let (isDecayed, isBounded) = (optimizer.decays(entry), !optimizer.exempted.contains(entry.name))
      let count = AlignedBuffer.paddedCount(entry.shape.count)
      if let last = segments.last, last.isDecayed == isDecayed, last.isBounded == isBounded {
        segments[segments.count - 1].count += count
      } else {
        segments.append(Segment(start: entry.offset, count: count, isDecayed: isDecayed, isBounded: isBounded))
      }
    }
    return segments
  }

  /// Moves all parameters by their gradients; allocates nothing.
  ///
  /// - Complexity: One pass over all parameters, their gradients and their moments.
  public func step() {
    stepCount += 1
    for segment in segments { step(segment) }
    // Bounds may have moved the zeros between the parameters.
    if hasMovedPadding {
      for entry in parameters.layout.entries where entry.offset < parameters.layout.trainedCount {
        let end = entry.offset + AlignedBuffer.paddedCount(entry.shape.count)
        for index in entry.range.upperBound..<end { parameters.values[index] = 0 }
      }
    }
  }

  private var hasMovedPadding: Bool { optimizer.bounds.map { !$0.contains(0) } ?? false }

  private func step(_ segment: Segment) {
    let (count, start) = (segment.count, segment.start)
    let p = parameters.valueStart + start
    let gradient = parameters.gradientStart + start
    let g = UnsafePointer(gradient)
    let rate = Float(learningRate)
    let decay = segment.isDecayed ? Float(optimizer.weightDecay) : 0
    if segment.isDecayed, optimizer.l1Penalty > 0 { loops.addSigns(p, Float(optimizer.l1Penalty), gradient, count) }
    func slot(_ number: Int) -> UnsafeMutablePointer<Float> {
      moments.start + number * parameters.layout.trainedCount + start
    }
    switch optimizer.rule {
    case .gradientDescent:
      loops.gradientDescent(p, g, count, rate, decay)
    case .momentum(let momentum):
      loops.momentum(p, g, slot(0), count, rate, Float(momentum), decay)
    case .nesterov(let momentum):
      loops.nesterov(p, g, slot(0), count, rate, Float(momentum), decay)
    case .adaGrad(let epsilon):
      loops.adaGrad(p, g, slot(0), count, rate, Float(epsilon), decay)
    case .rmsProp(let alpha, let epsilon, let momentum, let isCentred):
      let factors = CRMSPropFactors(
        alpha: Float(alpha), oneMinusAlpha: Float(1 - alpha), epsilon: Float(epsilon), momentum: Float(momentum),
        rate: rate, weightDecay: decay)
      let velocity = momentum > 0 ? slot(1) : nil
      loops.rmsProp(p, g, slot(0), velocity, isCentred ? slot(momentum > 0 ? 2 : 1) : nil, count, factors)
    case .adam(let beta1, let beta2, let epsilon):
      loops.adam(p, g, slot(0), slot(1), count, adamFactors(beta1, beta2, epsilon, decay: decay))
    case .adamW(let beta1, let beta2, let epsilon):
      let shrinkage = Float(segment.isDecayed ? 1 - learningRate * optimizer.weightDecay : 1)
      loops.adam(p, g, slot(0), slot(1), count, adamFactors(beta1, beta2, epsilon, shrinkage: shrinkage))
    }
    if segment.isBounded, let bounds = optimizer.bounds {
      loops.limit(p, Float(bounds.lowerBound), Float(bounds.upperBound), count)
    }
  }

  private func adamFactors(_ beta1: Double, _ beta2: Double, _ epsilon: Double, decay: Float = 0, shrinkage: Float = 1)
    -> CAdamFactors
  {
    CAdamFactors(
      beta1: Float(beta1), beta2: Float(beta2), epsilon: Float(epsilon), weightDecay: decay, shrinkage: shrinkage,
      stepSize: Float(learningRate / (1 - .pow(beta1, stepCount))),
      inverseRootCorrection: Float(1 / Double.sqrt(1 - .pow(beta2, stepCount))),
      oneMinusBeta1: Float(1 - beta1), oneMinusBeta2: Float(1 - beta2))
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

extension Optimizer {
  /// Whether a parameter is decayed and penalized.
  package func decays(_ entry: ParameterLayout.Entry) -> Bool {
    !exempted.contains(entry.name) && (decaysVectors || entry.shape.rank > 1)
  }
}
