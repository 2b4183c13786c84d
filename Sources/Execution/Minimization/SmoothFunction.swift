/// A smooth function of many real variables, with its gradient and, for Newton's method, its curvature.
public protocol SmoothFunction {
  /// The value at a point.
  ///
  /// - Parameters:
  ///   - point: The variables.
  ///   - gradient: As many elements as the point has; all of them are overwritten by the gradient.
  func value(at point: [Double], gradient: inout [Double]) throws -> Double

  /// The product of the Hessian matrix at a point with a direction, without the matrix.
  func hessianProduct(at point: [Double], _ direction: [Double]) throws -> [Double]
}

/// A smooth function by closures.
///
///     let parabola = ClosureFunction(
///       value: { x, gradient in
///         gradient[0] = 2 * (x[0] + 1)
///         return (x[0] + 1) * (x[0] + 1)
///       },
///       hessianProduct: { _, direction in [2 * direction[0]] })
///     var search = Minimization(.newtonCG, from: [5])
///     try search.run(parabola)          // search.point is [-1]
public struct ClosureFunction: SmoothFunction {
  private let valueClosure: ([Double], inout [Double]) throws -> Double
  private let productClosure: (([Double], [Double]) throws -> [Double])?

  /// Takes the closures.
  ///
  /// - Parameters:
  ///   - value: Writes the gradient and returns the value.
  ///   - hessianProduct: The Hessian at a point times a direction; L-BFGS does without.
  public init(
    value: @escaping (_ point: [Double], _ gradient: inout [Double]) throws -> Double,
    hessianProduct: ((_ point: [Double], _ direction: [Double]) throws -> [Double])? = nil
  ) {
    valueClosure = value
    productClosure = hessianProduct
  }

  /// Calls the closure.
  public func value(at point: [Double], gradient: inout [Double]) throws -> Double {
    try valueClosure(point, &gradient)
  }

  /// Calls the closure.
  ///
  /// - Throws: `ExecutionError` of code `noCurvature` where there is none.
  public func hessianProduct(at point: [Double], _ direction: [Double]) throws -> [Double] {
    guard let productClosure else {
      throw ExecutionError(
        .noCurvature, "the function gives no products with its Hessian, which Newton-CG needs; take L-BFGS")
    }
    return try productClosure(point, direction)
  }
}
