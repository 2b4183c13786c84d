import CKernels

/// The loops of a product: over numbers of float32, or over pairs of bfloat16 numbers.
struct ProductLoops {
  /// The loops over float32.
  let numbers: CKernelTable
  /// The loops over pairs, nil where the product is taken in float32.
  let pairs: CBFloat16Table?

  /// Runs a gathered product of elements.
  func run(_ call: inout CGatheredProduct) {
    if let pairs { pairs.gatheredProduct(&call) } else { numbers.gatheredProduct(&call) }
  }
}
