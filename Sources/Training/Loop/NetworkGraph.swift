import Graphs

/// A network's graph for one batch size, with the values that are written and read.
struct NetworkGraph {
  /// The network, and for training its loss.
  let graph: Graph
  /// The samples, written before each run.
  let input: Value
  /// The network's outputs [N, outputWidth].
  let output: Value

  /// Builds a network without a loss.
  init(_ network: any Network, data: Dataset, outputWidth: Int, batchSize: Int) throws {
    guard data.categories.isEmpty else {
      throw TrainingError(
        .dataMismatch,
        "\(data.name) has categorical columns, which a network takes as indicators: train on splits.standardized() or "
          + "splits.encoded()")
    }
    var graph = Graph()
    let shape = network.inputShape(of: data.featureShape)
    guard shape.reduce(1, *) == data.width else {
      throw TrainingError(
        .dataMismatch, "the network takes samples of shape \(shape), but \(data.name) has \(data.featureShape)")
    }
    input = try graph.input("features", shape: Shape([batchSize] + shape))
    output = try network.output(of: input, width: outputWidth, in: &graph)
    let expected: Shape = [batchSize, outputWidth]
    guard graph.shape(of: output) == expected else {
      throw TrainingError(
        .dataMismatch, "the network's outputs have shape \(graph.shape(of: output)) where \(expected) is needed")
    }
    self.graph = graph
  }

  /// The graph with a loss: its targets, written before each run, and the loss.
  ///
  /// - Parameter loss: Nil for the usual one of the task.
  /// - Throws: `TrainingError` where the loss is one of the other task.
  func withLoss(_ loss: Loss?, for task: DatasetTask) throws -> (graph: Graph, targets: Value, loss: Value) {
    let loss = loss ?? (task == .classification ? .softmaxCrossEntropy : .meanSquaredError)
    guard loss.task == task else {
      let others =
        task == .classification ? "crossEntropy or binaryCrossEntropy" : "squaredError, absoluteError or huber"
      throw TrainingError(
        .dataMismatch, "the loss \(loss.title) is none of a \(task.rawValue); choose \(others)")
    }
    var graph = graph
    let batchSize = graph.shape(of: output)[0]
    let targets = try graph.input(
      "targets",
      shape: task == .classification && loss != .binaryCrossEntropy ? [batchSize] : graph.shape(of: output))
    let value = try graph.loss(loss, prediction: output, target: targets, name: "loss")
    return (graph, targets, value)
  }

  /// The graph with a loss that a teacher, if there is one, has its share in; its outputs are written before each run.
  func withLoss(
    _ loss: Loss?, for task: DatasetTask, teacher: Teacher?
  ) throws -> (graph: Graph, targets: Value, teacher: Value?, loss: Value) {
    var (graph, targets, hard) = try withLoss(loss, for: task)
    guard let teacher else { return (graph, targets, nil, hard) }
    let outputs = try graph.input("teacher", shape: graph.shape(of: output))
    let divergence: Loss =
      task == .classification ? .klDivergence(temperature: teacher.temperature) : .meanSquaredError
    let soft = try graph.loss(divergence, prediction: output, target: outputs, name: "loss.soft")
    let total = try graph.add(graph.scale(hard, by: 1 - teacher.share), graph.scale(soft, by: teacher.share))
    return (graph, targets, outputs, total)
  }
}

extension Loss {
  /// The name in a study file.
  fileprivate var title: String {
    switch self {
    case .softmaxCrossEntropy: "crossEntropy"
    case .binaryCrossEntropy: "binaryCrossEntropy"
    case .meanSquaredError: "squaredError"
    case .meanAbsoluteError: "absoluteError"
    case .huber: "huber"
    case .klDivergence: "klDivergence"
    }
  }

  /// What is learned by the loss; nil where it compares two networks.
  fileprivate var task: DatasetTask? {
    switch self {
    case .softmaxCrossEntropy, .binaryCrossEntropy: .classification
    case .meanSquaredError, .meanAbsoluteError, .huber: .regression
    case .klDivergence: nil
    }
  }
}
