import COneDNN
import Graphs

/// Matrix products by oneDNN, and vector loops for all other operations.
struct OneDNNKernelSet: KernelSet {
  private let device: Device
  private let vectors = VectorKernelSet()

  /// Opens the library.
  ///
  /// - Throws: `ExecutionError` where the library refuses.
  init() throws {
    device = try Device()
  }

  func makeKernel(_ request: KernelRequest) throws -> Kernel {
    switch request.operation {
    case .dense, .matrixProduct: return try makeProduct(request)
    default: return try vectors.makeKernel(request)
    }
  }

  private func makeProduct(_ request: KernelRequest) throws -> Kernel {
    let product = try Product(device, request)
    let node = request.name
    // oneDNN applies ReLU on the way; its other activations are slower than a pass of a vector loop.
    var activation: Kernel?
    if let function = MatrixProductRequest(request).activation, function != .relu {
      activation = try vectors.makeKernel(
        KernelRequest(
          operation: .activation(function), name: node, inputs: [UnsafePointer(request.output)],
          inputShapes: [request.outputShape], output: request.output, outputShape: request.outputShape))
    }
    return Kernel(name: "oneDNN \(product.name)") { seed in
      let status = product.run()
      guard status == 0 else {
        throw ExecutionError(.kernelFailed, "oneDNN could not compute '\(node)' (status \(status))")
      }
      try activation?.run(seed)
    }
  }

  /// oneDNN's engine and stream on the processor.
  private final class Device {
    let device: OpaquePointer

    init() throws {
      var failure = COneDNNFailure()
      guard let device = COneDNNDeviceCreate(&failure) else {
        throw failure.error(for: "the processor")
      }
      self.device = device
    }

    deinit { COneDNNDeviceDestroy(device) }
  }

  /// A matrix product compiled by oneDNN.
  private final class Product {
    private let kernel: OpaquePointer
    // The kernel runs on the device's stream.
    private let device: Device

    init(_ device: Device, _ request: KernelRequest) throws {
      let form = MatrixProductRequest(request)
      var product = COneDNNProduct(
        rows: Int64(form.rows), columns: Int64(form.columns), inner: Int64(form.inner), a: form.a,
        transposesA: form.transposesA, b: form.b, transposesB: form.transposesB, bias: form.bias,
        rectifies: form.activation == .relu, c: request.output)
      var failure = COneDNNFailure()
      guard let kernel = COneDNNKernelCreate(device.device, &product, &failure) else {
        throw failure.error(for: "'\(request.name)'")
      }
      self.kernel = kernel
      self.device = device
    }

    deinit { COneDNNKernelDestroy(kernel) }

    var name: String { String(cString: COneDNNKernelName(kernel)) }

    func run() -> Int32 { COneDNNKernelRun(kernel) }
  }
}

extension COneDNNFailure {
  fileprivate func error(for what: String) -> ExecutionError {
    let call = call.map { String(cString: $0) } ?? "unknown call"
    return ExecutionError(.kernelFailed, "oneDNN could not be set up for \(what): \(call) gave status \(status)")
  }
}
