import RealModule

// Sums run from the first element to the last, so that results are the same on every machine.

/// Σ aᵢ bᵢ.
func dot(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count, "a product of vectors of two lengths")
  var sum = 0.0
  for i in a.indices { sum += a[i] * b[i] }
  return sum
}

/// y + factor x.
func adding(_ y: [Double], _ factor: Double, _ x: [Double]) -> [Double] {
  precondition(x.count == y.count, "a sum of vectors of two lengths")
  var result = y
  for i in result.indices { result[i] += factor * x[i] }
  return result
}

/// The largest magnitude of an element; NaN where one is NaN.
func maximumNorm(_ a: [Double]) -> Double {
  a.reduce(0) { $0 >= abs($1) ? $0 : abs($1) }
}
