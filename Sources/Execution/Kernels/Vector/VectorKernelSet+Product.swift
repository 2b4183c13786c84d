import CKernels
import Graphs

extension VectorKernelSet {
  /// The loop for a dense layer or a matrix product.
  func product(for request: KernelRequest) -> Kernel.Work {
    let product = MatrixProductRequest(request)
    let call = CMatrixProduct(
      rows: product.rows, columns: product.columns, inner: product.inner, a: product.a,
      transposesA: product.transposesA, b: product.b, transposesB: product.transposesB, bias: product.bias,
      activation: product.activation?.kind ?? .none,
      activationNumber: product.activation?.number ?? 0, c: request.output, scratch: scratch.start)
    // The kernel keeps the scratch memory alive.
    if let bfloat16 { return roundedProduct(call, product, bfloat16) }
    return .whole { [loops, scratch] _ in
      withExtendedLifetime(scratch) { withUnsafePointer(to: call) { loops.matrixProduct($0) } }
    }
  }

  /// The same product of pairs of neighbours along the inner extent.
  private func roundedProduct(
    _ numbers: CMatrixProduct, _ product: MatrixProductRequest, _ bfloat16: CBFloat16Table
  ) -> Kernel.Work {
    let (rows, columns, inner) = (product.rows, product.columns, product.inner)
    let pairs = (inner + 1) / 2
    images.reserve(images: rows * pairs, weights: columns * pairs)
    var template = numbers
    template.inner = pairs
    return .whole { [images, scratch] _ in
      let (a, b) = (images.imageStart, images.weightStart)
      if product.transposesA {
        bfloat16.pairRows(product.a, 1, inner, rows, a)
      } else {
        bfloat16.pairColumns(product.a, rows, inner, a)
      }
      if product.transposesB {
        bfloat16.pairColumns(product.b, columns, inner, b)
      } else {
        bfloat16.pairRows(product.b, 1, inner, columns, b)
      }
      var call = template
      (call.a, call.b) = (UnsafePointer(a), UnsafePointer(b))
      withExtendedLifetime(scratch) { bfloat16.matrixProduct(&call) }
    }
  }
}
