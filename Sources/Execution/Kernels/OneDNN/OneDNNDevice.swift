import COneDNN

/// oneDNN's engine and stream on the processor, for one thread at a time.
final class OneDNNDevice {
  let pointer: OpaquePointer

  /// Opens the library.
  ///
  /// - Throws: `ExecutionError` where the library refuses.
  init() throws {
    var failure = COneDNNFailure()
    guard let pointer = COneDNNDeviceCreate(&failure) else { throw failure.error(for: "the processor") }
    self.pointer = pointer
  }

  deinit { COneDNNDeviceDestroy(pointer) }
}

extension COneDNNFailure {
  /// The failure as an error of what was set up.
  func error(for what: String) -> ExecutionError {
    let call = call.map { String(cString: $0) } ?? "unknown call"
    return ExecutionError(.kernelFailed, "oneDNN could not be set up for \(what): \(call) gave status \(status)")
  }
}
