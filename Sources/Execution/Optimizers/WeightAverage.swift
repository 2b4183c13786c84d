import CKernels
import RealModule

/// An exponentially weighted moving average of all parameters and states of a store.
///
/// With decay d the average after t steps is Σ dᵗ⁻ⁱ wᵢ / Σ dᵗ⁻ⁱ over the weights w₁ ... wₜ, which needs no initial value:
/// it is the average that starts at zero, with the bias correction of Adam (Kingma and Ba 2015, arXiv:1412.6980,
/// section 3). Averages over the last steps generalize better than the last weights alone (Polyak and Juditsky 1992,
/// https://doi.org/10.1137/0330046).
public final class WeightAverage {
  /// Everything that a later `restore(_:)` needs to go on bit for bit.
  public struct Snapshot: Hashable, Sendable {
    /// The number of updates done.
    public var count: Int
    /// The average, in the layout of the parameters.
    public var values: [Float]

    /// Puts a snapshot together from its saved parts.
    public init(count: Int, values: [Float]) {
      self.count = count
      self.values = values
    }
  }

  /// How much of the average stays at each update, in 0..<1; it reaches back about 1 / (1 - decay) steps.
  public let decay: Double

  /// The number of updates done.
  public private(set) var count = 0

  private let parameters: ParameterStore
  private let average: AlignedBuffer
  private let loops = VectorTable.best.loops

  /// Starts without any weights; the first update sets the average to them.
  public init(decay: Double, parameters: ParameterStore) {
    precondition(decay >= 0 && decay < 1, "a decay of \(decay) is not in 0..<1")
    self.decay = decay
    self.parameters = parameters
    average = AlignedBuffer(count: parameters.layout.count)
  }

  /// Takes the weights as they are into the average; allocates nothing.
  public func update() {
    count += 1
    let rate = (1 - decay) / (1 - .pow(decay, count))
    loops.moveAverage(average.start, parameters.valueStart, parameters.layout.count, Float(rate))
  }

  /// Exchanges the weights and the average, so that an evaluation uses the average; a second call undoes it.
  public func swap() {
    let (p, a) = (parameters.values, average.elements)
    for i in p.indices { (p[i], a[i]) = (a[i], p[i]) }
  }

  /// Copies the state.
  public func snapshot() -> Snapshot {
    Snapshot(count: count, values: Array(average.elements))
  }

  /// Goes back to what `snapshot()` returned.
  ///
  /// - Throws: `ExecutionError` where the snapshot is of another layout's size.
  public func restore(_ snapshot: Snapshot) throws {
    guard snapshot.values.count == average.elements.count else {
      throw ExecutionError(
        .snapshotMismatch,
        "the snapshot averages \(snapshot.values.count) numbers, but the network's parameters take "
          + "\(average.elements.count)")
    }
    count = snapshot.count
    _ = average.elements.update(fromContentsOf: snapshot.values)
  }
}
