import Execution
import Graphs
import RealModule

/// The synaptic flow of a network before training (Tanaka, Kunin, Yamins, Ganguli 2020, arXiv:2006.05467), summed over all
/// weights: Σ |w| ∂R/∂|w|, where R is the sum of the outputs of the network with the magnitudes of its weights, for an input
/// of ones.
///
/// Normalization and biases are left out, and an activation passes on what it is given, which is never negative; so R grows
/// by the same factor as each layer's weights, and the sum is the derivative of R by a factor common to all of them: one pass
/// forward with each value's derivative beside it. It is done in double precision, since R overflows single.
public enum SynapticFlow {
  /// The natural logarithm of the score, of which more is better.
  ///
  /// - Parameters:
  ///   - architecture: What is scored.
  ///   - seed: What the weights are drawn from.
  /// - Throws: `ArchitectureError` of code `unsupported` for a network with an operation that the score is not defined for.
  public static func logScore(of architecture: Architecture, seed: UInt64) throws -> Double {
    let graph = architecture.graph.convertingToInference()
    guard let output = graph[architecture.output] else {
      throw ArchitectureError(.unsupported, "the network's output is what dropout made")
    }
    return try logScore(of: output, in: graph.graph, parameters: ParameterStore(graph.graph, seed: seed))
  }

  /// The score of a network of one sample with given weights.
  static func logScore(of output: Value, in graph: Graph, parameters: ParameterStore) throws -> Double {
    let score = try DualPass(graph, parameters: parameters).slopes(of: output).reduce(0, +)
    return score > 0 ? .log(score) : -.infinity
  }
}

/// The values of a graph and their derivatives by a common factor of all weights, in double precision.
private struct DualPass {
  private struct Dual {
    var values: [Double]
    var slopes: [Double]
  }

  private let graph: Graph
  private var duals: [Dual?] = []

  init(_ graph: Graph, parameters: ParameterStore) throws {
    self.graph = graph
    for node in graph.nodes { duals.append(try dual(of: node, parameters)) }
  }

  func slopes(of value: Value) throws -> [Double] {
    guard let dual = duals[value.index] else {
      throw ArchitectureError(.unsupported, "'\(graph[value].name)' is no output of a network")
    }
    return dual.slopes
  }

  private func dual(of node: Graph.Node, _ parameters: ParameterStore) throws -> Dual? {
    func input(_ position: Int) throws -> Dual {
      guard let dual = duals[node.inputs[position].index] else { throw Self.unsupported(node) }
      return dual
    }
    switch node.operation {
    case .input:
      return Dual(
        values: [Double](repeating: 1, count: node.shape.count), slopes: [Double](repeating: 0, count: node.shape.count)
      )
    case .parameter:
      // Biases have one axis; they are left out.
      let weights = (parameters.values(of: node.name) ?? []).map { node.shape.rank > 1 ? Double(abs($0)) : 0 }
      // The derivative of a weight by its factor is the weight.
      return Dual(values: weights, slopes: weights)
    case .state, .constant, .dropoutMask: return nil
    case .reshape, .activation, .normalization(.batch), .normalization(.layer): return try input(0)
    case .add:
      let (left, right) = (try input(0), try input(1))
      return Dual(values: zip(left.values, right.values).map(+), slopes: zip(left.slopes, right.slopes).map(+))
    case .multiply:
      let (left, right) = (try input(0), try input(1))
      return Dual(
        values: zip(left.values, right.values).map(*),
        slopes: left.slopes.indices.map {
          left.slopes[$0] * right.values[$0] + left.values[$0] * right.slopes[$0]
        })
    case .concatenate(let axis): return try concatenation(try node.inputs.indices.map(input), of: node, axis: axis)
    case .dense: return dense(try input(0), try input(1), units: node.shape[1])
    case .convolution(.forward(let convolution, _)):
      return Self.convolution(
        convolution, try input(0), graph.shape(of: node.inputs[0]), try input(1), graph.shape(of: node.inputs[1]),
        output: node.shape)
    case .pooling(let operation):
      return try pooling(operation, try input(0), graph.shape(of: node.inputs[0]), node)
    default: throw Self.unsupported(node)
    }
  }

  /// Values one after the other along an axis.
  private func concatenation(_ parts: [Dual], of node: Graph.Node, axis: Int) throws -> Dual {
    let outer = node.shape.dimensions[..<axis].reduce(1, *)
    var result = Dual(values: [], slopes: [])
    for block in 0..<outer {
      for part in parts {
        let count = part.values.count / outer
        result.values += part.values[block * count..<(block + 1) * count]
        result.slopes += part.slopes[block * count..<(block + 1) * count]
      }
    }
    return result
  }

  private static func unsupported(_ node: Graph.Node) -> ArchitectureError {
    ArchitectureError(.unsupported, "the synaptic flow is not defined for \(node.operation.name) '\(node.name)'")
  }

  private func dense(_ x: Dual, _ weight: Dual, units: Int) -> Dual {
    let width = x.values.count
    var result = Dual(values: [], slopes: [])
    for unit in 0..<units {
      var (value, slope) = (0.0, 0.0)
      for place in 0..<width {
        let w = weight.values[unit * width + place]
        value += x.values[place] * w
        slope += (x.slopes[place] + x.values[place]) * w
      }
      result.values.append(value)
      result.slopes.append(slope)
    }
    return result
  }

  private static func convolution(
    _ convolution: Convolution, _ x: Dual, _ xShape: Shape, _ weight: Dual, _ weightShape: Shape, output: Shape
  ) -> Dual {
    let (inner, outputs) = (weightShape[2], weightShape[3])
    let perGroup = outputs / convolution.groups
    var result = Dual(
      values: [Double](repeating: 0, count: output.count), slopes: [Double](repeating: 0, count: output.count))
    for row in 0..<output[1] {
      for column in 0..<output[2] {
        let start = (row * output[2] + column) * outputs
        for i in 0..<weightShape[0] {
          let sourceRow = row * convolution.stride.height - convolution.padding.height + i * convolution.dilation.height
          guard (0..<xShape[1]).contains(sourceRow) else { continue }
          for j in 0..<weightShape[1] {
            let sourceColumn =
              column * convolution.stride.width - convolution.padding.width + j * convolution.dilation.width
            guard (0..<xShape[2]).contains(sourceColumn) else { continue }
            let source = (sourceRow * xShape[2] + sourceColumn) * xShape[3]
            for c in 0..<inner {
              let weights = ((i * weightShape[1] + j) * inner + c) * outputs
              for o in 0..<outputs {
                let place = source + o / perGroup * inner + c
                let w = weight.values[weights + o]
                result.values[start + o] += x.values[place] * w
                result.slopes[start + o] += (x.slopes[place] + x.values[place]) * w
              }
            }
          }
        }
      }
    }
    return result
  }

  private func pooling(
    _ operation: PoolingOperation, _ x: Dual, _ xShape: Shape, _ node: Graph.Node
  ) throws -> Dual {
    switch operation {
    case .globalAverage:
      let (pixels, channels) = (xShape[1] * xShape[2], xShape[3])
      func mean(_ elements: [Double]) -> [Double] {
        (0..<channels).map { channel in
          (0..<pixels).reduce(0) { $0 + elements[$1 * channels + channel] } / Double(pixels)
        }
      }
      return Dual(values: mean(x.values), slopes: mean(x.slopes))
    case .maximum(let pooling):
      return Self.windows(pooling, x, xShape, output: node.shape) { places, _ in
        let best = places.reduce(places[0]) { x.values[$1] > x.values[$0] ? $1 : $0 }
        return (x.values[best], x.slopes[best])
      }
    case .average(let pooling, let countsPadding):
      return Self.windows(pooling, x, xShape, output: node.shape) { places, size in
        let count = Double(countsPadding ? size : places.count)
        return (places.reduce(0) { $0 + x.values[$1] } / count, places.reduce(0) { $0 + x.slopes[$1] } / count)
      }
    default: throw Self.unsupported(node)
    }
  }

  /// Sums up the elements of each window, given their places and the size of a whole window.
  private static func windows(
    _ pooling: Pooling, _ x: Dual, _ xShape: Shape, output: Shape, _ body: ([Int], Int) -> (Double, Double)
  ) -> Dual {
    var result = Dual(values: [], slopes: [])
    for row in 0..<output[1] {
      for column in 0..<output[2] {
        for channel in 0..<output[3] {
          var places: [Int] = []
          for i in 0..<pooling.window.height {
            for j in 0..<pooling.window.width {
              let sourceRow = row * pooling.stride.height - pooling.padding.height + i
              let sourceColumn = column * pooling.stride.width - pooling.padding.width + j
              guard (0..<xShape[1]).contains(sourceRow), (0..<xShape[2]).contains(sourceColumn) else { continue }
              places.append((sourceRow * xShape[2] + sourceColumn) * xShape[3] + channel)
            }
          }
          let (value, slope) = body(places, pooling.window.height * pooling.window.width)
          result.values.append(value)
          result.slopes.append(slope)
        }
      }
    }
    return result
  }
}
