import HPO

/// A function with a known minimum, written as a graph, whose gradient and Hessian products its passes give.
struct TestFunction: Sendable {
  let name: String
  /// The value at the minimum.
  let minimum: Double
  /// Evaluations of the gradient, or products with the Hessian, that a minimization may use.
  let budget: Int
  /// Where minimizations begin while hyperparameters are searched, and where the result is measured.
  let starts: (search: [[Double]], measurement: [[Double]])
  private let build: @Sendable (inout Graph) throws -> (loss: Value, inputs: [(Value, [Float])])

  static let all = [rosenbrock, saddle, quadratic]

  /// (1 - x)² + 100 (y - x²)², a curved valley.
  static let rosenbrock = TestFunction(
    name: "Rosenbrock", minimum: 0, budget: 500, starts: around([-1.2, 1], spread: 0.3)
  ) { graph in
    let (x, y) = try point(in: &graph)
    let one = try graph.constant(1, shape: [1])
    let rest = try graph.add(one, graph.scale(x, by: -1))
    let bend = try graph.add(y, graph.scale(graph.multiply(x, x), by: -1))
    return (
      try graph.sum(graph.add(graph.multiply(rest, rest), graph.scale(graph.multiply(bend, bend), by: 100))), []
    )
  }

  /// x² / 2 + y⁴ / 4 - y² / 2, left near the line that leads into its saddle.
  static let saddle = TestFunction(
    name: "saddle", minimum: -0.25, budget: 100,
    starts: (
      [[1, 1e-3], [-0.8, 2e-3], [1.2, -1e-3]], [[0.9, 1.5e-3], [-1.1, -1e-3], [1, -2e-3], [-1, 1e-3], [1.3, 5e-4]]
    )
  ) { graph in
    let (x, y) = try point(in: &graph)
    let (squareX, squareY) = (try graph.multiply(x, x), try graph.multiply(y, y))
    let bowl = try graph.scale(squareX, by: 0.5)
    let wells = try graph.add(
      graph.scale(graph.multiply(squareY, squareY), by: 0.25), graph.scale(squareY, by: -0.5))
    return (try graph.sum(graph.add(bowl, wells)), [])
  }

  /// ½ Σ dᵢ zᵢ² of ten variables with dᵢ from 1 to 10⁴ and z = x - (Σ x / 5): the axes of its ellipsoid are none of the
  /// variables'.
  static let quadratic = TestFunction(
    name: "quadratic", minimum: 0, budget: 200, starts: around(Array(repeating: 1, count: 10), spread: 0.5)
  ) { graph in
    let x = try graph.parameter("x", shape: [10], initializer: .zeros)
    let factors = try graph.input("d", shape: [10])
    let reflected = try graph.multiply(graph.constant(-0.2, shape: [10]), byScalar: graph.sum(x))
    let z = try graph.add(x, reflected)
    let product = try graph.multiply(graph.multiply(z, z), factors)
    return (
      try graph.scale(graph.sum(product), by: 0.5), [(factors, (0..<10).map { Float(tenToThe(4 * Double($0) / 9)) })]
    )
  }

  private static func point(in graph: inout Graph) throws -> (x: Value, y: Value) {
    let x = try graph.parameter("x", shape: [1], initializer: .zeros)
    return (x, try graph.parameter("y", shape: [1], initializer: .zeros))
  }

  /// Three and five points around one, always the same.
  private static func around(_ centre: [Double], spread: Double) -> (search: [[Double]], measurement: [[Double]]) {
    let points = (0..<8).map { number in
      centre.enumerated().map { place, value in
        // A sequence that fills the interval evenly (Roberts 2018).
        let fraction = (0.5 + 0.7548776662466927 * Double(number) + 0.5698402909980532 * Double(place))
          .truncatingRemainder(dividingBy: 1)
        return value + spread * (2 * fraction - 1)
      }
    }
    return (Array(points[..<3]), Array(points[3...]))
  }

  /// The function compiled; it belongs to one thread.
  func compiled() throws -> GraphFunction {
    var graph = Graph()
    let (loss, inputs) = try build(&graph)
    let function = try GraphFunction(graph, loss: loss, parameters: ParameterStore(graph, seed: 0))
    for (input, elements) in inputs { function.setInput(input, to: elements) }
    return function
  }
}

/// The points that a minimization visited.
struct Path: Sendable {
  var points: [[Double]]
  /// The value at the last point.
  var value: Double

  /// Log10 of how far the value is from the minimum, between -10, the limit of single precision, and 6.
  func gap(to minimum: Double) -> Double {
    value.isFinite ? min(6, log10(max(1e-10, value - minimum))) : 6
  }
}

extension TestFunction {
  /// Minimizes from a start within the budget.
  func path(of method: Method, from start: [Double]) throws -> Path {
    let function = try compiled()
    switch method {
    case .steps(let optimizer):
      function.parameters.point = start
      let state = OptimizerState(optimizer, parameters: function.parameters)
      var gradient = start
      var path = Path(points: [start], value: try function.value(at: start, gradient: &gradient))
      for _ in 1..<budget where path.value.isFinite {
        state.step()
        path.points.append(function.point)
        path.value = try function.value(at: function.point, gradient: &gradient)
      }
      return path
    case .minimizer(let minimizer, _):
      var search = Minimization(
        minimizer, from: start, tolerance: MinimizationTolerance(gradient: 0, reduction: 0))
      var path = Path(points: [start], value: .infinity)
      while search.ending == nil, search.evaluationCount + search.productCount < budget {
        try search.iterate(function)
        path.points.append(search.point)
        path.value = search.value
      }
      return path
    }
  }
}
