import COneDNN
import Graphs

/// Primitives of oneDNN that are compiled one after the other for a node, and run in that order.
final class OneDNNProgram {
  private let pointer: OpaquePointer
  // The kernel runs on the device's stream.
  private let device: OneDNNDevice
  private let node: String
  private var buffers: [AlignedBuffer] = []
  private var names: [String] = []

  /// Makes an empty program of a node.
  ///
  /// - Throws: `ExecutionError` where the library refuses.
  init(_ device: OneDNNDevice, node: String) throws {
    var failure = COneDNNFailure()
    guard let pointer = COneDNNKernelCreate(device.pointer, &failure) else { throw failure.error(for: "'\(node)'") }
    (self.pointer, self.device, self.node) = (pointer, device, node)
  }

  deinit { COneDNNKernelDestroy(pointer) }

  /// Memory that lives as long as the program.
  func scratch(_ count: Int) -> UnsafeMutablePointer<Float> {
    let buffer = AlignedBuffer(count: count)
    buffers.append(buffer)
    return buffer.start
  }

  /// Compiles a primitive and appends it.
  ///
  /// - Parameters:
  ///   - primitive: What to compute.
  ///   - arguments: What its arguments are to it, with their memory, which outlives the program.
  /// - Throws: `ExecutionError` where the library refuses.
  func append(_ primitive: COneDNNPrimitive, _ arguments: [(COneDNNRole, OneDNNTensor)]) throws {
    var primitive = primitive
    var failure = COneDNNFailure()
    let described = arguments.map { role, tensor in
      COneDNNArgumentMake(
        role, tensor.data, Int32(tensor.extents.count), tensor.extents.map(Int64.init),
        tensor.strides.map(Int64.init), tensor.isFree)
    }
    guard COneDNNKernelAppend(pointer, &primitive, described, Int32(described.count), &failure) else {
      throw failure.error(for: "'\(node)'")
    }
    names.append(String(cString: COneDNNKernelName(pointer)))
  }

  /// Whether one of the primitives has only oneDNN's plain loops, which are slow.
  var isPlain: Bool { names.contains { $0.hasPrefix("ref") } }

  /// The kernel that runs all primitives.
  ///
  /// - Parameter prepare: What is done before them.
  func kernel(prepare: (() -> Void)? = nil) -> Kernel {
    let name = "oneDNN " + names.joined(separator: " + ")
    return Kernel(name: name) { [self] _ in
      prepare?()
      let status = COneDNNKernelRun(pointer)
      guard status == 0 else {
        throw ExecutionError(.kernelFailed, "\(name) could not compute '\(node)' (status \(status))")
      }
    }
  }
}

extension COneDNNPrimitive {
  /// A primitive with the least of everything: steps of 1, windows of 1, no padding.
  init(_ kind: COneDNNKind, _ algorithm: COneDNNAlgorithm = .none, alpha: Float = 0, beta: Float = 0) {
    self.init()
    (self.kind, self.algorithm, self.alpha, self.beta) = (kind, algorithm, alpha, beta)
    (windowHeight, windowWidth, strideHeight, strideWidth, dilationHeight, dilationWidth) = (1, 1, 1, 1, 1, 1)
  }

  /// The same with another kind, such as that of its gradient.
  func with(kind: COneDNNKind) -> COneDNNPrimitive {
    var copy = self
    copy.kind = kind
    return copy
  }

  /// The same, keeping what a gradient needs.
  func training() -> COneDNNPrimitive {
    var copy = self
    copy.isTraining = true
    return copy
  }
}
