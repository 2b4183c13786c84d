/// Which kernels a plan runs.
public enum Kernels: String, Hashable, Sendable, CaseIterable {
  /// The oneDNN library's, compiled for the processor at hand, and vector loops.
  case oneDNN
  /// Plain Swift: the oracle of every kernel test, slow.
  case reference

  /// Whether this program was built with oneDNN.
  public static var isOneDNNAvailable: Bool { false }

  /// oneDNN where it is available, plain Swift elsewhere.
  public static var automatic: Kernels { isOneDNNAvailable ? .oneDNN : .reference }

  /// The implementation.
  ///
  /// - Throws: `ExecutionError` where it is not built into this program.
  func makeSet() throws -> any KernelSet {
    switch self {
    case .reference:
      return ReferenceKernelSet()
    case .oneDNN:
      throw ExecutionError(
        .kernelsUnavailable,
        "this program was built without oneDNN; install its development files (Debian: libdnnl-dev) and build again, or "
          + "take the reference kernels")
    }
  }
}
