public import Graphs

/// The parameters of a network and their gradients, each in one flat buffer of one layout.
///
/// Several plans share one store: training with one batch size and evaluation with another. A store belongs to one
/// thread at a time.
public final class ParameterStore {
  /// Where each parameter lies.
  public let layout: ParameterLayout

  private let valueBuffer: AlignedBuffer
  private let gradientBuffer: AlignedBuffer

  /// Makes the store of a graph's parameters, drawn from `seed`, or all 0 for whoever sets them without one.
  public init(_ graph: Graph, seed: UInt64?) {
    layout = ParameterLayout(graph)
    valueBuffer = AlignedBuffer(count: layout.count)
    gradientBuffer = AlignedBuffer(count: layout.trainedCount)
    if let seed { initialize(seed: seed) }
  }

  /// All parameters, aligned to 64 bytes; valid as long as the store lives.
  public var values: UnsafeMutableBufferPointer<Float> { valueBuffer.elements }

  /// The gradients of the last training step, laid out like the trained part of `values`.
  public var gradients: UnsafeMutableBufferPointer<Float> { gradientBuffer.elements }

  /// The first parameter's first element.
  var valueStart: UnsafeMutablePointer<Float> { valueBuffer.start }

  /// The first gradient's first element.
  var gradientStart: UnsafeMutablePointer<Float> { gradientBuffer.start }

  /// Copies all parameters, padding included.
  public func snapshot() -> [Float] {
    Array(values)
  }

  /// Sets all parameters to what `snapshot()` returned.
  ///
  /// - Throws: `ExecutionError` where the snapshot is of another layout's size.
  public func restore(_ snapshot: [Float]) throws {
    guard snapshot.count == layout.count else {
      throw ExecutionError(
        .snapshotMismatch,
        "the snapshot holds \(snapshot.count) numbers, but the network's parameters take \(layout.count)")
    }
    _ = values.update(fromContentsOf: snapshot)
  }

  /// The elements of the parameter named `name`, or nil where there is none.
  public func values(of name: String) -> [Float]? {
    layout[name].map { Array(values[$0.range]) }
  }

  /// The gradient of the parameter named `name`, or nil where there is none, as for a state.
  public func gradient(of name: String) -> [Float]? {
    layout[name].flatMap { $0.range.upperBound <= gradients.count ? Array(gradients[$0.range]) : nil }
  }
}
