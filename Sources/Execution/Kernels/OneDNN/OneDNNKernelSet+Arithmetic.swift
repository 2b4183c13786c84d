import COneDNN
import Graphs

extension OneDNNKernelSet {
  func makeProduct(_ request: KernelRequest) throws -> Kernel {
    let form = MatrixProductRequest(request)
    var primitive = COneDNNPrimitive(.matmul)
    let separate = primitive.setActivation(form.activation)
    var arguments: [(COneDNNRole, OneDNNTensor)] = [
      (.source, OneDNNTensor(form.a, rows: form.rows, columns: form.inner, isTransposed: form.transposesA)),
      (.weights, OneDNNTensor(form.b, rows: form.inner, columns: form.columns, isTransposed: form.transposesB)),
      (.destination, OneDNNTensor(request.output, rows: form.rows, columns: form.columns)),
    ]
    if let bias = form.bias { arguments.append((.bias, OneDNNTensor(bias, rows: 1, columns: form.columns))) }
    return try activated(separate, request, makeKernel(primitive, arguments, request))
  }

  /// The sum or the product of two values, of which the second may be a scalar.
  func makeBinary(_ algorithm: COneDNNAlgorithm, _ request: KernelRequest) throws -> Kernel {
    var operands = zip(request.inputs, request.inputShapes).map { OneDNNTensor($0, count: $1.count) }
    // oneDNN may write over the first operand, but not over the second.
    if request.inputs[1] == UnsafePointer(request.output) { operands.swapAt(0, 1) }
    return try makeKernel(
      COneDNNPrimitive(.binary, algorithm),
      [
        (.source, operands[0]), (.secondSource, operands[1]),
        (.destination, OneDNNTensor(request.output, count: request.outputShape.count)),
      ], request)
  }

  /// The sum over so many rows.
  func makeSum(_ request: KernelRequest, rows: Int) throws -> Kernel {
    let columns = request.outputShape.count
    let (x, sum) = (
      OneDNNTensor(request.inputs[0], rows: rows, columns: columns),
      OneDNNTensor(request.output, rows: 1, columns: columns)
    )
    // A reduction has something to reduce.
    if rows == 1 { return try makeCopy(from: x, to: sum, request) }
    return try makeKernel(COneDNNPrimitive(.reduction, .sum), [(.source, x), (.destination, sum)], request)
  }

  /// A row as each of many rows: its product with a column of ones, since no primitive repeats.
  func makeBroadcast(_ request: KernelRequest, rows: Int) throws -> Kernel {
    let program = try OneDNNProgram(device, node: request.name)
    let ones = program.scratch(rows)
    ones.update(repeating: 1, count: rows)
    let columns = request.outputShape[1]
    try program.append(
      COneDNNPrimitive(.matmul),
      [
        (.source, OneDNNTensor(ones, rows: rows, columns: 1)),
        (.weights, OneDNNTensor(request.inputs[0], rows: 1, columns: columns)),
        (.destination, OneDNNTensor(request.output, rows: rows, columns: columns)),
      ])
    return program.kernel()
  }

  func makeCopy(
    from source: OneDNNTensor, to destination: OneDNNTensor, _ request: KernelRequest, prepare: (() -> Void)? = nil
  ) throws -> Kernel {
    try makeKernel(
      COneDNNPrimitive(.reorder), [(.source, source), (.destination, destination)], request, prepare: prepare)
  }

  func makeConcatenation(_ request: KernelRequest, axis: Int) throws -> Kernel {
    var primitive = COneDNNPrimitive(.concat)
    // Axes before and behind are one each.
    primitive.axis = 1
    let parts = zip(request.inputs, request.inputShapes).map { OneDNNTensor($0, $1, axis: axis) }
    return try makeKernel(
      primitive,
      parts.map { (.source, $0) } + [(.destination, OneDNNTensor(request.output, request.outputShape, axis: axis))],
      request)
  }
}
