import COneDNN

/// Whose kernels a plan runs.
public enum Kernels: String, Hashable, Sendable, CaseIterable {
  /// For each operation the kernel that was measured to be the fastest of those built in.
  case automatic
  /// Vector loops of this package, for the best instruction set of the processor at hand.
  case vector
  /// oneDNN's matrix products, compiled for the processor at hand, and vector loops for the rest.
  ///
  /// oneDNN itself allocates some memory in each call.
  case oneDNN
  /// Plain loops in Swift: the oracle of every kernel test, slow.
  case reference

  /// Whether this program was built with oneDNN.
  public static var isOneDNNAvailable: Bool { COneDNNIsAvailable() }

  /// The implementation.
  ///
  /// - Throws: `ExecutionError` where it is not built into this program.
  func makeSet() throws -> any KernelSet {
    switch self {
    case .automatic, .vector:
      // On matrices of the size of small networks the vector loops are at least as fast as oneDNN, and allocate nothing.
      return VectorKernelSet()
    case .reference:
      return ReferenceKernelSet()
    case .oneDNN:
      guard Self.isOneDNNAvailable else {
        throw ExecutionError(
          .kernelsUnavailable,
          "this program was built without oneDNN; install its development files (Debian: libdnnl-dev) and build "
            + "again, or take the automatic kernels")
      }
      return try OneDNNKernelSet()
    }
  }
}
