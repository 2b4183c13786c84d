import Foundation
import Graphs
import RealModule
import TestSupport
import Testing

@testable import Execution

/// Minimizations by L-BFGS and Newton-CG as SciPy does them; `Fixtures/generate_minimization.py` writes the fixture.
@Suite struct MinimizationTests {
  struct Fixture: Decodable {
    let cases: [Case]
  }

  struct Case: Decodable, CustomTestStringConvertible, Sendable {
    let function, method: String
    let memory, iterations: Int
    let start: [Double]
    let path: [[Double]]
    let value: Double

    var testDescription: String { "\(function), \(method) \(memory)" }
  }

  static let cases: [Case] = {
    let data = try? Data(contentsOf: TestSupport.Fixture.url("minimization.json"))
    return data.flatMap { try? JSONDecoder().decode(Fixture.self, from: $0) }?.cases ?? []
  }()

  private func search(_ test: Case, tolerance: MinimizationTolerance = .init()) -> Minimization {
    Minimization(
      test.method == "lbfgs" ? .lbfgs(memory: test.memory) : .newtonCG, from: test.start, tolerance: tolerance)
  }

  @Test("The fixture holds every function by every method") func fixture() {
    #expect(Self.cases.count == 15)
  }

  @Test("The iterates are SciPy's", arguments: cases)
  func iterates(_ test: Case) throws {
    let function = try #require(MinimizationFunctions.all[test.function])
    // SciPy's Newton-CG ends by the size of its steps, so that the search goes on as long as there are iterates.
    let tolerance = test.method == "lbfgs" ? MinimizationTolerance() : .init(gradient: 0, reduction: 0)
    var search = search(test, tolerance: tolerance)
    var count = 0
    try search.run(function, iterations: test.path.count) { state in
      let expected = test.path[count]
      // Rounding grows from iterate to iterate, as the directions depend on differences of gradients.
      for (element, other) in zip(state.point, expected) where abs(element - other) > 1e-6 * max(1, abs(other)) {
        Issue.record("iterate \(count + 1): \(state.point) where \(expected) is expected")
        throw CancellationError()
      }
      count += 1
    }
    #expect(count == test.path.count, "\(search)")
  }

  @Test("Each minimization arrives at SciPy's value", arguments: cases)
  func ending(_ test: Case) throws {
    let function = try #require(MinimizationFunctions.all[test.function])
    var search = search(test)
    var values: [Double] = []
    try search.run(function) { values.append($0.value) }
    #expect(search.ending != nil)
    #expect(abs(search.value - test.value) < 1e-6, "\(search.value) where SciPy has \(test.value)")
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 > $1 }, "the value falls in each iteration")
    if test.method == "lbfgs" {
      #expect(abs(Double(search.iterationCount - test.iterations)) <= 0.5 * Double(test.iterations) + 2)
    }
  }

  @Test("A minimization that is copied half way goes on alike")
  func copies() throws {
    let function = try #require(MinimizationFunctions.all["rosenbrock8"])
    var first = Minimization(.lbfgs(memory: 4), from: Array(repeating: -1, count: 8))
    try first.run(function, iterations: 10)
    var second = first
    try first.run(function)
    try second.run(function)
    #expect(first == second)
  }

  @Test("Values that are no numbers are walked around")
  func undefined() throws {
    // -log x + x is defined above 0 alone; a long first step leaves that.
    let function = ClosureFunction(value: { x, gradient in
      gradient[0] = 1 - 1 / x[0]
      return x[0] > 0 ? x[0] - Double.log(x[0]) : .nan
    })
    var search = Minimization(.lbfgs(), from: [0.01])
    try search.run(function)
    #expect(abs(search.point[0] - 1) < 1e-4)
  }

  @Test("A wrong gradient stalls, a start without a value and a missing Hessian are errors")
  func failures() throws {
    let wrong = ClosureFunction(value: { x, gradient in
      gradient[0] = -2 * x[0]
      return x[0] * x[0]
    })
    var search = Minimization(.lbfgs(), from: [3])
    try search.run(wrong)
    #expect(search.ending == .stalled && search.point == [3])

    let undefined = ClosureFunction(value: { _, _ in .infinity })
    #expect {
      var search = Minimization(.lbfgs(), from: [3])
      try search.run(undefined)
    } throws: {
      ($0 as? ExecutionError)?.code == .notFinite
    }
    #expect {
      var search = Minimization(.newtonCG, from: [3])
      try search.run(wrong)
    } throws: {
      ($0 as? ExecutionError)?.code == .noCurvature
    }
  }

  @Test("A graph's function has the value, gradient and curvature of its formula")
  func graphFunction() throws {
    // Rosenbrock's function of two parameters of one element each.
    var graph = Graph()
    let x = try graph.parameter("x", shape: [1], initializer: .constant(-1.2))
    let y = try graph.parameter("y", shape: [1], initializer: .constant(1))
    let one = try graph.constant(1, shape: [1])
    let first = try graph.add(one, graph.scale(x, by: -1))
    let second = try graph.add(y, graph.scale(graph.multiply(x, x), by: -1))
    let loss = try graph.sum(
      graph.add(graph.multiply(first, first), graph.scale(graph.multiply(second, second), by: 100)))
    let function = try GraphFunction(graph, loss: loss, parameters: ParameterStore(graph, seed: 0))
    let closure = try #require(MinimizationFunctions.all["rosenbrock2"])

    for point in [[-1.2, 1], [0.5, -0.25], [1, 1]] {
      var (gradient, expected) = ([0.0, 0], [0.0, 0])
      let value = try function.value(at: point, gradient: &gradient)
      #expect(abs(value - (try closure.value(at: point, gradient: &expected))) < 1e-4)
      for (element, other) in zip(gradient, expected) { #expect(abs(element - other) < 1e-3 * max(1, abs(other))) }
      let direction = [0.7, -0.4]
      let product = try function.hessianProduct(at: point, direction)
      for (element, other) in zip(product, try closure.hessianProduct(at: point, direction)) {
        #expect(abs(element - other) < 1e-3 * max(1, abs(other)))
      }
    }
    for method in [MinimizationMethod.lbfgs(), .newtonCG] {
      var search = Minimization(method, from: [-1.2, 1], tolerance: .init(gradient: 1e-4, reduction: 0))
      try search.run(function)
      #expect(abs(search.point[0] - 1) < 1e-2 && abs(search.point[1] - 1) < 1e-2, "\(search)")
    }
  }
}
