import Graphs
import RealModule

/// How the outputs of a network become probabilities of classes; it follows from the loss that the network was trained by.
public enum ClassProbabilities: String, Sendable, Hashable, Codable {
  /// The softmax of the outputs.
  case softmax
  /// The sigmoid of each output, in proportion: what the binary cross-entropy of each class against all others teaches.
  case sigmoids

  /// What a loss of classes teaches.
  init(_ loss: Loss?) {
    self = loss == .binaryCrossEntropy ? .sigmoids : .softmax
  }

  /// The logarithm of each class's probability is its score less `logSum`.
  func score(_ output: Float) -> Double {
    let x = Double(output)
    switch self {
    case .softmax: return x
    case .sigmoids: return x >= 0 ? -.log(onePlus: .exp(-x)) : x - .log(onePlus: .exp(x))
    }
  }

  /// The logarithm of the sum of the exponentials of one sample's scores.
  func logSum(of outputs: UnsafeBufferPointer<Float>) -> Double {
    // The largest is taken out, so that nothing overflows.
    let shift = score(outputs.max() ?? 0)
    var sum = 0.0
    for output in outputs { sum += .exp(score(output) - shift) }
    return .log(sum) + shift
  }
}
