import Graphs

@testable import Execution

/// A small classifier with dropout: x [batch, 6], two hidden layers, 4 classes.
struct SampleNetwork {
  private(set) var graph = Graph()
  let x, labels, logits, loss: Value

  init(batch: Int, dropout: Double = 0.25) throws {
    x = try graph.input("x", shape: [batch, 6])
    labels = try graph.input("labels", shape: [batch])
    let first = try graph.relu(graph.dense(x, units: 13, name: "first"))
    let second = try graph.tanh(graph.dense(graph.dropout(first, probability: dropout), units: 9, name: "second"))
    logits = try graph.dense(second, units: 4, name: "logits")
    loss = try graph.softmaxCrossEntropy(logits: logits, labels: labels)
  }

  /// Writes a batch drawn from `seed`.
  func fill(_ plan: Plan, seed: UInt64 = 1) {
    var random = SplitMix(seed)
    let (x, labels) = (plan.input(x), plan.input(labels))
    for index in x.indices { x[index] = Float(random.number()) }
    for index in labels.indices { labels[index] = Float(Int.random(in: 0..<4, using: &random)) }
  }
}

extension Kernels {
  /// The kernels that this program can run.
  static var available: [Kernels] {
    allCases.filter { $0 != .oneDNN || isOneDNNAvailable }
  }
}
