public import Execution

/// Changes weights after each update by the optimizer, such as by a mask of pruned weights or a projection.
///
///     final class ZeroFirstColumn: UpdateHook {
///       let identity = "zeroFirstColumn"
///       func weightsChanged(_ parameters: ParameterStore, step: Int, of stepCount: Int) {
///         guard let weight = parameters.layout["hidden1.weight"] else { return }
///         for row in 0..<weight.shape[0] { parameters.values[weight.offset + row * weight.shape[1]] = 0 }
///       }
///     }
///     let trainer = try Trainer(network, data: data, options: options, hook: ZeroFirstColumn())
///
/// What a hook does must follow from its identity, its state, the weights and the number of the step, so that a training
/// that goes on from a checkpoint ends with the same bits as one that was never stopped. A hook serves one trainer, on that
/// trainer's thread.
public protocol UpdateHook: AnyObject {
  /// What the hook does and with which numbers; a checkpoint is restored only where the hook has the same identity.
  var identity: String { get }

  /// Called after each update of the weights, before anything else reads them.
  ///
  /// - Parameters:
  ///   - parameters: The weights, changed in place: those of a name at `parameters.layout[name]` in `parameters.values`.
  ///   - step: The number of the update, from 1.
  ///   - stepCount: The updates of the whole training, were it not to end early.
  func weightsChanged(_ parameters: ParameterStore, step: Int, of stepCount: Int)

  /// What the hook remembers beyond one step, kept in checkpoints; empty for nothing.
  func snapshot() -> [Float]

  /// Takes back what `snapshot()` returned.
  ///
  /// - Throws: Where it is no state of this hook; the checkpoint is then not restored.
  func restore(_ state: [Float]) throws
}

extension UpdateHook {
  /// Nothing to remember.
  public func snapshot() -> [Float] { [] }

  /// Nothing to take back.
  public func restore(_ state: [Float]) throws {}
}
