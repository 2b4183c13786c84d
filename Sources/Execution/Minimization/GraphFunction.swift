public import Graphs

/// A scalar of a graph as a smooth function of the graph's parameters, in the order of their layout and without padding.
///
/// The value and the gradient come from a training plan; products with the Hessian from the gradient pass applied twice: H v
/// is the gradient of the gradient's product with a fixed v. Points are kept in double precision and evaluated in single.
///
///     var graph = Graph()
///     let x = try graph.parameter("x", shape: [2], initializer: .constant(3))
///     let loss = try graph.sum(graph.multiply(x, x))
///     let function = try GraphFunction(graph, loss: loss, parameters: ParameterStore(graph, seed: 0))
///     var search = Minimization(.newtonCG, from: function.point)
///     try search.run(function)
public final class GraphFunction: SmoothFunction {
  /// Where the parameters are while the function is evaluated.
  public let parameters: ParameterStore

  private let graph: Graph
  private let loss: Value
  private let kernels: Kernels
  private let plan: Plan
  private let entries: [ParameterLayout.Entry]
  private var curvature: CurvaturePlan?

  /// Compiles the function.
  ///
  /// - Parameters:
  ///   - graph: A graph without dropout, which would make another function of each evaluation.
  ///   - loss: The scalar to minimize.
  ///   - parameters: A store of the graph's parameters and no others.
  ///   - kernels: What computes it.
  /// - Throws: As `Plan`.
  public init(
    _ graph: Graph, loss: Value, parameters: ParameterStore, kernels: Kernels = .automatic
  ) throws {
    self.graph = graph
    self.loss = loss
    self.parameters = parameters
    self.kernels = kernels
    plan = try Plan(training: graph, loss: loss, parameters: parameters, kernels: kernels)
    entries = parameters.trainedEntries
  }

  /// The parameters as they are in the store.
  public var point: [Double] { parameters.point }

  /// Writes an input of the graph, row-major.
  public func setInput(_ value: Value, to elements: some Collection<Float>) {
    let buffer = plan.input(value)
    if !buffer.isEmpty { _ = buffer.update(fromContentsOf: elements) }
    curvature?.setInput(value, to: elements)
  }

  /// Evaluates the loss with the parameters as they are, and adds `weight` times its gradient to `sum`.
  package func value(addingGradientTo sum: inout [Double], weight: Double) throws -> Double {
    try plan.run()
    var place = 0
    for entry in entries {
      for index in entry.range {
        sum[place] += weight * Double(parameters.gradients[index])
        place += 1
      }
    }
    return Double(plan.scalar(loss))
  }

  /// Adds `weight` times the product of the Hessian, with the parameters as they are, with a direction to `sum`.
  package func addHessianProduct(_ direction: [Double], to sum: inout [Double], weight: Double) throws {
    let curvature = try curvaturePlan()
    try curvature.add(direction, to: &sum, weight: weight)
  }

  /// Compiles the products with the Hessian, where that has not been done.
  ///
  /// - Throws: `GraphError` naming an operation that has no second derivative.
  package func prepareCurvature() throws { _ = try curvaturePlan() }

  /// The value at a point.
  public func value(at point: [Double], gradient: inout [Double]) throws -> Double {
    parameters.point = point
    for i in gradient.indices { gradient[i] = 0 }
    return try value(addingGradientTo: &gradient, weight: 1)
  }

  /// The product of the Hessian with a direction.
  ///
  /// - Throws: `GraphError` where an operation has no second derivative.
  public func hessianProduct(at point: [Double], _ direction: [Double]) throws -> [Double] {
    parameters.point = point
    var product = [Double](repeating: 0, count: direction.count)
    try addHessianProduct(direction, to: &product, weight: 1)
    return product
  }

  private func curvaturePlan() throws -> CurvaturePlan {
    if let curvature { return curvature }
    let made = try CurvaturePlan(graph, loss: loss, parameters: parameters, kernels: kernels)
    for input in graph.inputs { made.setInput(input, to: plan.input(input)) }
    curvature = made
    return made
  }
}

extension ParameterStore {
  /// The trained parameters as one vector of double precision, in the order of the layout and without padding.
  ///
  /// - Precondition: A vector that is set has as many elements.
  public var point: [Double] {
    get { trainedEntries.flatMap { $0.range.map { Double(values[$0]) } } }
    set {
      precondition(newValue.count == trainedEntries.reduce(0) { $0 + $1.shape.count }, "a point of another dimension")
      var place = 0
      for entry in trainedEntries {
        for index in entry.range {
          values[index] = Float(newValue[place])
          place += 1
        }
      }
    }
  }

  /// The entries that are no states.
  fileprivate var trainedEntries: [ParameterLayout.Entry] {
    layout.entries.filter { $0.offset < layout.trainedCount }
  }
}

/// The product of a loss's Hessian with a direction.
private final class CurvaturePlan {
  private let plan: Plan
  private let inputs: [Value: Value]
  private let directions: [(input: Value, count: Int)]
  private let products: [Value]

  init(_ original: Graph, loss originalLoss: Value, parameters: ParameterStore, kernels: Kernels) throws {
    let rewritten = try original.usingBatchStatistics().rewritten
    var graph = rewritten.graph
    guard let loss = rewritten[originalLoss] else { preconditionFailure("the pass keeps the loss") }
    inputs = Dictionary(
      uniqueKeysWithValues: original.inputs.compactMap { input in rewritten[input].map { (input, $0) } })
    let variables = graph.parameters
    let gradients = try graph.gradient(of: loss, withRespectTo: variables)
    var directions: [(input: Value, count: Int)] = []
    var product = try graph.constant(0)
    for (variable, gradient) in zip(variables, gradients) {
      let direction = try graph.input("direction of \(graph[variable].name)", shape: graph.shape(of: variable))
      directions.append((direction, graph.shape(of: variable).count))
      product = try graph.add(product, graph.sum(graph.multiply(gradient, direction)))
    }
    products = try graph.gradient(of: product, withRespectTo: variables)
    self.directions = directions
    plan = try Plan(inference: graph, outputs: products, parameters: parameters, kernels: kernels)
  }

  func setInput(_ value: Value, to elements: some Collection<Float>) {
    guard let input = inputs[value] else { return }
    let buffer = plan.input(input)
    if !buffer.isEmpty { _ = buffer.update(fromContentsOf: elements) }
  }

  func add(_ direction: [Double], to sum: inout [Double], weight: Double) throws {
    var place = 0
    for (input, count) in directions {
      // A direction along which the loss is straight is read by nothing.
      let buffer = plan.input(input)
      for i in buffer.indices { buffer[i] = Float(direction[place + i]) }
      place += count
    }
    try plan.run()
    place = 0
    for product in products {
      for element in plan.output(product) {
        sum[place] += weight * Double(element)
        place += 1
      }
    }
  }
}
