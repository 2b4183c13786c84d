import Execution
import Graphs
import RealModule
public import Training

/// How differently a network before training activates for different samples (Mellor, Turner, Storkey, Crowley 2021,
/// arXiv:2006.04647, "NASWOT"): log |det K|, where K counts for two samples each the ReLUs that both pass or both block.
public enum ActivationPatterns {
  /// The score, of which more is better; minus infinity where two samples cannot be told apart.
  ///
  /// - Parameters:
  ///   - architecture: What is scored.
  ///   - samples: The mini-batch, of features as training sees them; batch normalization takes its figures from it.
  ///   - seed: What the weights are drawn from.
  /// - Throws: `ArchitectureError` of code `unsupported` for a network without ReLU.
  public static func score(of architecture: Architecture, samples: Dataset, seed: UInt64) throws -> Double {
    var graph = Graph()
    let shape = architecture.inputShape(of: samples.featureShape)
    let input = try graph.input("features", shape: Shape([samples.count] + shape))
    _ = try architecture.output(of: input, width: 1, in: &graph)
    let parameters = ParameterStore(graph, seed: seed)
    return try score(of: graph, features: samples.features, sampleCount: samples.count, parameters: parameters)
  }

  /// The score of a network with given weights for the batch that its input `features` takes.
  static func score(
    of graph: Graph, features: [Float], sampleCount: Int, parameters: ParameterStore
  ) throws -> Double {
    let statistics = try graph.convertingToInference().graph.usingBatchStatistics().rewritten.graph
    let activations = statistics.values.filter { statistics[$0].operation == .activation(.relu) }
    guard !activations.isEmpty, let samplesInput = statistics.value(named: "features") else {
      throw ArchitectureError(.unsupported, "the score of activation patterns needs a network with ReLU")
    }
    let plan = try Plan(inference: statistics, outputs: activations, parameters: parameters)
    features.withUnsafeBufferPointer { _ = plan.input(samplesInput).update(fromContentsOf: $0) }
    try plan.run()

    var agreements = [Int](repeating: 0, count: sampleCount * sampleCount)
    for activation in activations {
      let outputs = plan.output(activation)
      let codes = PackedCodes(outputs, samples: sampleCount)
      for i in 0..<sampleCount {
        for j in 0...i {
          let count = codes.agreements(i, j)
          agreements[i * sampleCount + j] += count
          if i != j { agreements[j * sampleCount + i] += count }
        }
      }
    }
    return logAbsoluteDeterminant(agreements.map(Double.init), size: sampleCount)
  }

  /// ln |det A| of a matrix, row after row, by elimination with partial pivoting.
  static func logAbsoluteDeterminant(_ matrix: [Double], size: Int) -> Double {
    var a = matrix
    var sum = 0.0
    for column in 0..<size {
      let pivot = (column..<size).reduce(column) { abs(a[$1 * size + column]) > abs(a[$0 * size + column]) ? $1 : $0 }
      let head = a[pivot * size + column]
      guard head != 0 else { return -.infinity }
      sum += .log(abs(head))
      for place in 0..<size where pivot != column { a.swapAt(pivot * size + place, column * size + place) }
      for row in (column + 1)..<max(size, column + 1) {
        let factor = a[row * size + column] / head
        guard factor != 0 else { continue }
        for place in column..<size { a[row * size + place] -= factor * a[column * size + place] }
      }
    }
    return sum
  }
}

/// Which units are active, a bit each, for each of some samples.
private struct PackedCodes {
  private let units: Int
  private let wordCount: Int
  private var words: [UInt64]

  init(_ outputs: UnsafeBufferPointer<Float>, samples: Int) {
    units = outputs.count / samples
    wordCount = (units + 63) / 64
    words = [UInt64](repeating: 0, count: samples * wordCount)
    for sample in 0..<samples {
      for unit in 0..<units where outputs[sample * units + unit] > 0 {
        words[sample * wordCount + unit / 64] |= 1 << UInt64(unit % 64)
      }
    }
  }

  /// How many units are active for both samples or for neither.
  func agreements(_ left: Int, _ right: Int) -> Int {
    var differences = 0
    for word in 0..<wordCount {
      differences += (words[left * wordCount + word] ^ words[right * wordCount + word]).nonzeroBitCount
    }
    return units - differences
  }
}
