import COneDNN

/// Whose kernels a plan runs.
public enum Kernels: String, Hashable, Sendable, CaseIterable {
  /// For each operation the kernel that was measured to be the fastest of those built in.
  case automatic
  /// Vector loops of this package, for the best instruction set of the processor at hand.
  case vector
  /// oneDNN's primitives, compiled for the processor at hand, and vector loops for what it has none for.
  ///
  /// oneDNN itself allocates some memory in each call.
  case oneDNN
  /// Plain loops in Swift: the oracle of every kernel test, slow.
  case reference

  /// Whether this program was built with oneDNN.
  public static var isOneDNNAvailable: Bool { COneDNNIsAvailable() }

  /// Whether the kernels of images can work on some of them at a time.
  var takeTurns: Bool { self == .automatic || self == .vector }

  /// The implementation.
  ///
  /// - Parameter roundsOperands: Whether products are of bfloat16.
  /// - Throws: `ExecutionError` where it is not built into this program, or not for this processor.
  func makeSet(roundsOperands: Bool = false) throws -> any KernelSet {
    switch self {
    case .automatic, .vector:
      let bfloat16 = roundsOperands ? VectorTable.best.bfloat16.first : nil
      guard !roundsOperands || bfloat16 != nil else {
        throw ExecutionError(
          .kernelsUnavailable,
          "precision bfloat16 needs a processor with AVX512-BF16, which this one is not; take float32, or auto to have "
            + "bfloat16 where it is faster")
      }
      // On networks of a small size the vector loops are at least as fast as oneDNN, and allocate nothing.
      return VectorKernelSet(bfloat16: bfloat16)
    case .reference:
      return ReferenceKernelSet(roundsOperands: roundsOperands)
    case .oneDNN:
      guard !roundsOperands else {
        throw ExecutionError(
          .kernelsUnavailable,
          "the oneDNN kernels compute in float32; for precision bfloat16 take the automatic kernels")
      }
      guard Self.isOneDNNAvailable else {
        throw ExecutionError(
          .kernelsUnavailable,
          "this program was built without oneDNN; install its development files (Debian: libdnnl-dev) and build "
            + "again with swift build --manifest-cache none, or take the automatic kernels")
      }
      return try OneDNNKernelSet()
    }
  }
}
