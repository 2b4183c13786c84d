/// A method that minimizes a smooth function by its value and gradient at whole points, not by samples of it.
public enum MinimizationMethod: Hashable, Sendable {
  /// The quasi-Newton method that remembers the last `memory` steps, at least 1 (Liu and Nocedal 1989,
  /// https://doi.org/10.1007/BF01589116).
  case lbfgs(memory: Int = 10)
  /// Newton's method, whose equations are solved by conjugate gradients as exactly as the distance from the minimum asks
  /// for (Dembo and Steihaug 1983, https://doi.org/10.1007/BF02592055).
  case newtonCG

  /// The vectors of as many elements as there are variables that a minimization keeps at most: the point, the gradient and
  /// two a remembered step.
  package var keptVectorCount: Int {
    switch self {
    case .lbfgs(let memory): 2 + 2 * memory
    case .newtonCG: 2
    }
  }

  /// The most that there are during an iteration: besides, what conjugate gradients and the search along a line work with.
  package var mostVectorCount: Int { keptVectorCount + 8 }
}

/// When a minimization is near enough.
public struct MinimizationTolerance: Hashable, Sendable {
  /// The largest element of the gradient, in magnitude, at a minimum.
  public var gradient: Double
  /// The decrease of the value in a step, as a part of the larger of it and 1, below which steps are no use.
  public var reduction: Double

  /// The defaults are those of SciPy's L-BFGS-B.
  public init(gradient: Double = 1e-5, reduction: Double = 2.220446049250313e-9) {
    self.gradient = gradient
    self.reduction = reduction
  }
}

/// The minimization of a smooth function, iteration by iteration; it is a value that can be kept and gone on from.
///
///     var search = Minimization(.lbfgs(), from: [-1.2, 1])
///     try search.run(rosenbrock, iterations: 100)
///     print(search.point, search.value, search.ending ?? "not yet")
///
/// Steps meet the strong Wolfe conditions or, where the search along a line cannot narrow its interval further, at least lower
/// the value. The iterates are those of SciPy's `L-BFGS-B`
/// without bounds and of its `Newton-CG`.
public struct Minimization: Hashable, Sendable {
  /// Why no further iteration helps.
  public enum Ending: String, Hashable, Sendable, Codable {
    /// The gradient is within the tolerance.
    case flat
    /// The last step hardly lowered the value.
    case settled
    /// No step along the direction lowers the value: the precision of the function is exhausted, or its gradient is wrong.
    case stalled
  }

  /// The method.
  public let method: MinimizationMethod
  /// When it is near enough.
  public let tolerance: MinimizationTolerance
  /// The best point so far.
  public internal(set) var point: [Double]
  /// The value there; NaN before the first iteration.
  public internal(set) var value = Double.nan
  /// The gradient there; empty before the first iteration.
  public internal(set) var gradient: [Double] = []
  /// The iterations done.
  public internal(set) var iterationCount = 0
  /// The evaluations of value and gradient.
  public internal(set) var evaluationCount = 0
  /// The products with the Hessian.
  public internal(set) var productCount = 0
  /// Why it has ended; nil while it has not.
  public internal(set) var ending: Ending?

  var pairs: CurvaturePairs
  /// The value before the last iteration.
  var previousValue: Double?

  /// Begins at a point, without evaluating it yet.
  public init(_ method: MinimizationMethod, from start: [Double], tolerance: MinimizationTolerance = .init()) {
    precondition(!start.isEmpty, "there is no variable to minimize by")
    self.method = method
    self.tolerance = tolerance
    point = start
    if case .lbfgs(let memory) = method {
      precondition(memory >= 1, "L-BFGS remembers at least one step")
      pairs = CurvaturePairs(capacity: memory)
    } else {
      pairs = CurvaturePairs(capacity: 0)
    }
  }

  /// Iterates until the minimization ends, at most some times.
  ///
  /// - Parameters:
  ///   - function: What is minimized.
  ///   - iterations: How many times at most.
  ///   - afterIteration: Called after each iteration; what it throws is thrown on.
  /// - Throws: What the function throws; `ExecutionError` of code `notFinite` where it is no number at the start.
  public mutating func run(
    _ function: some SmoothFunction, iterations: Int = 15_000, afterIteration: (Minimization) throws -> Void = { _ in }
  ) throws {
    try begin(function)
    while ending == nil, iterationCount < iterations {
      try iterate(function)
      try afterIteration(self)
    }
  }

  /// Does one iteration, unless the minimization has ended.
  ///
  /// - Throws: As `run`.
  public mutating func iterate(_ function: some SmoothFunction) throws {
    try begin(function)
    guard ending == nil else { return }
    let direction: [Double]
    let search: WolfeSearch
    var first: Double
    switch method {
    case .lbfgs:
      direction = pairs.direction(gradient)
      // The constants of L-BFGS-B 3.0.
      search = WolfeSearch(
        sufficientDecrease: 1e-3, curvature: 0.9, intervalTolerance: 0.1, range: 0...1e10, evaluations: 20)
      first = pairs.isEmpty ? 1 / dot(direction, direction).squareRoot() : 1
    case .newtonCG:
      direction = try newtonDirection(function)
      search = WolfeSearch(
        sufficientDecrease: 1e-4, curvature: 0.9, intervalTolerance: 1e-14, range: 1e-8...50, evaluations: 100)
      first = 1
      // The step that would lower the value as much as the last one did (Nocedal and Wright 2006, eq. 3.60).
      if let previousValue {
        let guess = 1.01 * 2 * (value - previousValue) / dot(gradient, direction)
        if guess > 0 { first = min(1, guess) }
      }
    }
    try move(along: direction, search, first: first, function)
  }

  /// Evaluates the start, where that has not been done.
  private mutating func begin(_ function: some SmoothFunction) throws {
    guard gradient.isEmpty else { return }
    var slopes = [Double](repeating: 0, count: point.count)
    let value = try function.value(at: point, gradient: &slopes)
    evaluationCount += 1
    guard value.isFinite, slopes.allSatisfy(\.isFinite) else {
      throw ExecutionError(
        .notFinite, "the function is \(value) at the start, or its gradient is not finite; begin elsewhere")
    }
    self.value = value
    gradient = slopes
    if maximumNorm(gradient) <= tolerance.gradient { ending = .flat }
  }

  /// Searches along a direction and takes the step that is found.
  private mutating func move(
    along direction: [Double], _ search: WolfeSearch, first: Double, _ function: some SmoothFunction
  ) throws {
    let slope = dot(gradient, direction)
    var found: (point: [Double], gradient: [Double])?
    var best: WolfeSearch.Point?
    if slope < 0 {
      var count = 0
      let origin = point
      best = try search.run(from: .init(step: 0, value: value, slope: slope), first: first) { step in
        count += 1
        let trial = adding(origin, step, direction)
        var slopes = [Double](repeating: 0, count: trial.count)
        let value = try function.value(at: trial, gradient: &slopes)
        found = (trial, slopes)
        return WolfeSearch.Point(step: step, value: value, slope: dot(slopes, direction))
      }
      evaluationCount += count
    }
    guard let best, let found else {
      // Old pairs may describe another place of the function; the gradient itself has the last word.
      if pairs.isEmpty { ending = .stalled } else { pairs.removeAll() }
      return
    }

    let step = adding(found.point, -1, point)
    let change = adding(found.gradient, -1, gradient)
    // Only steps along which the slope rises keep the matrix positive definite.
    if pairs.capacity > 0, (best.slope - slope) * best.step > Double.ulpOfOne * -slope * best.step {
      pairs.append(step: step, change: change)
    }
    previousValue = value
    point = found.point
    value = best.value
    gradient = found.gradient
    iterationCount += 1
    if maximumNorm(gradient) <= tolerance.gradient {
      ending = .flat
    } else if let previousValue,
      previousValue - value <= tolerance.reduction * max(abs(previousValue), abs(value), 1)
    {
      ending = .settled
    }
  }
}
