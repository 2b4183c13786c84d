extension Minimization {
  /// Solves H p = -g by conjugate gradients, until the residual is below min(1/2, √‖g‖) ‖g‖ in the sum of magnitudes or
  /// the curvature along a direction is not positive (Nocedal and Wright 2006, algorithm 7.1).
  mutating func newtonDirection(_ function: some SmoothFunction) throws -> [Double] {
    let size = gradient.reduce(0) { $0 + abs($1) }
    let goal = min(0.5, size.squareRoot()) * size
    var solution = [Double](repeating: 0, count: gradient.count)
    var residual = gradient
    var direction = gradient.map { -$0 }
    var square = dot(residual, residual)
    for iteration in 0..<20 * gradient.count {
      if residual.reduce(0, { $0 + abs($1) }) <= goal { break }
      let product = try function.hessianProduct(at: point, direction)
      productCount += 1
      let curvature = dot(direction, product)
      // No bound can be drawn from a direction along which the function is straight or bends downwards.
      if curvature <= 3 * Double.ulpOfOne {
        if iteration == 0 {
          let factor = curvature < 0 ? square / -curvature : 1
          solution = gradient.map { -factor * $0 }
        }
        break
      }
      let length = square / curvature
      solution = adding(solution, length, direction)
      residual = adding(residual, length, product)
      let nextSquare = dot(residual, residual)
      direction = adding(residual.map { -$0 }, nextSquare / square, direction)
      square = nextSquare
    }
    return solution
  }
}
