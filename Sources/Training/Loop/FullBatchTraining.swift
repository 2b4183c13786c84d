import Execution
import Graphs

/// Trains by minimizing the mean loss over all samples as one smooth function; an epoch is an iteration.
final class FullBatchTraining {
  /// Where the minimization stands.
  private(set) var minimization: Minimization

  private let function: SampleLoss
  private let parameters: ParameterStore
  private let method: MinimizationMethod

  /// Compiles the function.
  ///
  /// - Throws: `TrainingError` of code `invalidOption` where an option makes the function rough or random, or where Newton-CG
  ///   needs a second derivative that an operation does not have.
  init(
    _ method: MinimizationMethod, _ network: any Network, data: Dataset, targets: TargetColumn,
    options: TrainingOptions, parameters: ParameterStore, kernels: Kernels
  ) throws {
    let obstacle: String? =
      if options.optimizer.l1Penalty > 0 { "an L1 penalty has kinks" } else if options.optimizer.bounds != nil {
        "bounds are no part of it"
      } else if options.weightAveraging > 0 {
        "its iterates are not to be averaged"
      } else if !options.augmentation.isIdentity {
        "augmentation makes other samples of them each time"
      } else if options.precision == .bfloat16 {
        "bfloat16 would round it to steps; take the precision float32"
      } else { nil }
    if let obstacle {
      throw TrainingError(
        .invalidOption,
        "\(method.name) minimizes a smooth function of all samples, and \(obstacle); leave that out, or take an optimizer of "
          + "steps such as adam")
    }
    function = try SampleLoss(
      network, data: data, targets: targets, options: options, parameters: parameters, kernels: kernels)
    if method == .newtonCG {
      do { try function.prepareCurvature() } catch let error as GraphError {
        throw TrainingError(
          .invalidOption,
          "newtonCG needs the second derivative of each operation, and \(error.message); take lbfgs, or dense layers with "
            + "smooth activations such as tanh")
      }
    }
    self.method = method
    self.parameters = parameters
    minimization = Minimization(method, from: parameters.point)
  }

  /// Whether no further iteration helps.
  var hasEnded: Bool { minimization.ending != nil }

  /// Does one iteration.
  ///
  /// - Parameter afterSamples: Called each time that some hundred samples were looked at, when the minimization still stands
  ///   where it stood before the iteration. What it throws ends the iteration and is thrown on.
  /// - Returns: The mean loss over all samples, without the penalty.
  func iterate(afterSamples: () throws -> Void) throws -> Double {
    var next = minimization
    do {
      try function.calling(afterSamples) {
        try next.iterate(function)
        try function.setFigures(at: next.point)
      }
    } catch let error as ExecutionError where error.code == .notFinite {
      throw TrainingError(.diverged, "the loss is no finite number with the weights that training begins with")
    }
    minimization = next
    parameters.point = minimization.point
    return minimization.value - function.penalty(at: minimization.point)
  }

  /// Begins anew from the weights as they are.
  func restart() {
    minimization = Minimization(method, from: parameters.point)
  }

  /// Goes on from where a minimization of the same method stood.
  ///
  /// - Returns: Whether it is one of the same function.
  func restore(_ kept: Minimization) -> Bool {
    guard kept.method == method, kept.point.count == minimization.point.count else { return false }
    minimization = kept
    return true
  }
}

extension Operation {
  fileprivate var isDropout: Bool { if case .dropoutMask = self { true } else { false } }
}

extension MinimizationMethod {
  /// The name in a study file.
  var name: String {
    switch self {
    case .lbfgs: "lbfgs"
    case .newtonCG: "newtonCG"
    }
  }
}

/// The mean loss of a network over all samples, with half the weight decay times the sum of squared weights.
///
/// The samples go through the network in chunks of one size, and a rest, always the same; only what normalization by the
/// batch's own figures makes of them depends on the chunks. The running figures are the means of the chunks' own at the point
/// that was evaluated last, and know nothing of earlier ones.
private final class SampleLoss: SmoothFunction {
  private static let largestChunk = 512

  /// Samples that go through the network together.
  private struct Chunk {
    let rows: Range<Int>
    let function: GraphFunction
    let input: Value
    let targets: Value
  }

  private let chunks: [Chunk]
  private let data: Dataset
  private let targets: TargetColumn
  private let parameters: ParameterStore
  /// The decay of each parameter.
  private let decays: [Double]
  /// Where the running figures are.
  private let figures: Range<Int>
  /// The point that was evaluated last.
  private var evaluated: [Double]?
  /// Called after each chunk.
  private var afterChunk: () throws -> Void = {}

  init(
    _ network: any Network, data: Dataset, targets: TargetColumn, options: TrainingOptions, parameters: ParameterStore,
    kernels: Kernels
  ) throws {
    let runs = (data.count + Self.largestChunk - 1) / Self.largestChunk
    let size = (data.count + runs - 1) / runs
    var made: [Int: (GraphFunction, Value, Value)] = [:]
    var chunks: [Chunk] = []
    for start in stride(from: 0, to: data.count, by: size) {
      let rows = start..<min(start + size, data.count)
      if made[rows.count] == nil {
        let built = try NetworkGraph(
          network, data: data, outputWidth: data.target.outputWidth, batchSize: rows.count)
        let trained = try built.withLoss(options.loss, for: data.target.task)
        guard !trained.graph.nodes.contains(where: { $0.operation.isDropout }) else {
          throw TrainingError(
            .invalidOption,
            "the network has dropout, with which the loss is another at each look; \(options.minimizer?.name ?? "") needs a "
              + "dropout of 0")
        }
        let graph = trained.graph.replacingRunningFigures()
        guard let loss = graph[trained.loss], let input = graph[built.input], let targets = graph[trained.targets]
        else {
          preconditionFailure("the pass keeps all values")
        }
        made[rows.count] = (
          try GraphFunction(graph.graph, loss: loss, parameters: parameters, kernels: kernels), input, targets
        )
      }
      guard let (function, input, targets) = made[rows.count] else { preconditionFailure("it was made just now") }
      chunks.append(Chunk(rows: rows, function: function, input: input, targets: targets))
    }
    self.chunks = chunks
    self.data = data
    self.targets = targets
    self.parameters = parameters
    figures = parameters.layout.trainedCount..<parameters.layout.count
    let optimizer = options.optimizer
    decays = parameters.layout.entries.filter { $0.offset < parameters.layout.trainedCount }.flatMap { entry in
      Array(
        repeating: optimizer.decays(entry) ? optimizer.weightDecay : 0,
        count: entry.shape.count)
    }
  }

  /// Calls `body`, and during it `afterChunk` after each chunk of samples.
  func calling(_ afterChunk: () throws -> Void, during body: () throws -> Void) rethrows {
    try withoutActuallyEscaping(afterChunk) { afterChunk in
      self.afterChunk = afterChunk
      defer { self.afterChunk = {} }
      try body()
    }
  }

  /// Half the decay times the sum of squares.
  func penalty(at point: [Double]) -> Double {
    var sum = 0.0
    for i in point.indices { sum += decays[i] * point[i] * point[i] }
    return sum / 2
  }

  func prepareCurvature() throws {
    for chunk in chunks { try chunk.function.prepareCurvature() }
  }

  func value(at point: [Double], gradient: inout [Double]) throws -> Double {
    parameters.point = point
    for i in gradient.indices { gradient[i] = decays[i] * point[i] }
    var sum = 0.0
    var means = [Double](repeating: 0, count: figures.count)
    try forEachChunk { function, weight in
      sum += weight * (try function.value(addingGradientTo: &gradient, weight: weight))
      for (i, figure) in figures.enumerated() { means[i] += weight * Double(parameters.values[figure]) }
    }
    for (i, figure) in figures.enumerated() { parameters.values[figure] = Float(means[i]) }
    evaluated = point
    return sum + penalty(at: point)
  }

  /// Sets the running figures to those of a point, which need not be the one that was evaluated last.
  func setFigures(at point: [Double]) throws {
    guard !figures.isEmpty, evaluated != point else { return }
    var gradient = point
    _ = try value(at: point, gradient: &gradient)
  }

  func hessianProduct(at point: [Double], _ direction: [Double]) throws -> [Double] {
    parameters.point = point
    var product = zip(decays, direction).map { $0 * $1 }
    try forEachChunk { function, weight in
      try function.addHessianProduct(direction, to: &product, weight: weight)
    }
    return product
  }

  /// Calls `body` with each chunk's function, its samples in place, and the chunk's share of all samples.
  private func forEachChunk(_ body: (GraphFunction, Double) throws -> Void) throws {
    for chunk in chunks {
      let (rows, width) = (chunk.rows, data.width)
      chunk.function.setInput(
        chunk.input, to: data.features[rows.lowerBound * width..<rows.upperBound * width])
      chunk.function.setInput(
        chunk.targets, to: targets.elements[rows.lowerBound * targets.width..<rows.upperBound * targets.width])
      try body(chunk.function, Double(rows.count) / Double(data.count))
      try afterChunk()
    }
  }
}
