import Graphs

/// A request for a dense layer or a matrix product, both as c = activation(a · b + bias).
struct MatrixProductRequest {
  let rows: Int
  let columns: Int
  let inner: Int
  let a: UnsafePointer<Float>
  let transposesA: Bool
  let b: UnsafePointer<Float>
  let transposesB: Bool
  let bias: UnsafePointer<Float>?
  let activation: Activation?

  /// Reads the product off a request, which must be one.
  init(_ request: KernelRequest) {
    switch request.operation {
    case .dense(let activation):
      (transposesA, transposesB) = (false, true)
      bias = request.inputs.count == 3 ? request.inputs[2] : nil
      self.activation = activation
    case .matrixProduct(let transposeLeft, let transposeRight):
      (transposesA, transposesB) = (transposeLeft, transposeRight)
      bias = nil
      activation = nil
    default:
      preconditionFailure("\(request.operation.name) is no matrix product")
    }
    a = request.inputs[0]
    b = request.inputs[1]
    rows = request.outputShape[0]
    columns = request.outputShape[1]
    inner = request.inputShapes[0][transposesA ? 0 : 1]
  }
}
