import Graphs
import RealModule

extension ParameterStore {
  /// Draws all parameters anew by their initializers and zeroes the gradients.
  ///
  /// Each element is a function of the seed, the parameter's place in the graph's order, and the element's index.
  public func initialize(seed: UInt64) {
    for (stream, entry) in layout.entries.enumerated() {
      let elements = UnsafeMutableBufferPointer(rebasing: values[entry.range])
      let generator = Philox(seed: seed, purpose: .initialization, stream: stream)
      switch entry.initializer {
      case .zeros: elements.update(repeating: 0)
      case .constant(let number): elements.update(repeating: Float(number))
      case .linear(let fanIn): generator.fillUniform(elements, within: 1 / .sqrt(Double(fanIn)))
      case .heUniform: generator.fillUniform(elements, within: .sqrt(6 / entry.shape.fanIn))
      case .heNormal: generator.fillNormal(elements, deviation: .sqrt(2 / entry.shape.fanIn))
      case .xavierUniform:
        generator.fillUniform(elements, within: .sqrt(6 / (entry.shape.fanIn + entry.shape.fanOut)))
      case .xavierNormal:
        generator.fillNormal(elements, deviation: .sqrt(2 / (entry.shape.fanIn + entry.shape.fanOut)))
      case .orthogonal(let gain): generator.fillOrthogonal(elements, shape: entry.shape, gain: gain)
      }
    }
    gradients.update(repeating: 0)
  }
}

extension Shape {
  /// The number of inputs that one output of a weight of this shape reads.
  fileprivate var fanIn: Double { Double(count / outputs) }

  /// The number of outputs that one input feature of a weight of this shape feeds.
  fileprivate var fanOut: Double { Double(count / inputs) }

  /// The output features: the last axis of a convolution's weight [KH, KW, in, out], the first of any other.
  fileprivate var outputs: Int { hasOutputsLast ? dimensions[3] : dimensions[0] }

  fileprivate var hasOutputsLast: Bool { rank == 4 }

  /// The input features, the axis next to the outputs.
  private var inputs: Int { rank == 4 ? dimensions[2] : dimensions[1] }
}

extension Philox {
  /// Fills with numbers uniform in ±bound.
  fileprivate func fillUniform(_ elements: UnsafeMutableBufferPointer<Float>, within bound: Double) {
    for start in stride(from: 0, to: elements.count, by: 4) {
      let words = block(start / 4)
      for place in 0..<min(4, elements.count - start) {
        elements[start + place] = Float(bound * (2 * Self.unit(words[place]) - 1))
      }
    }
  }

  /// Fills with normal numbers of mean 0.
  fileprivate func fillNormal(_ elements: UnsafeMutableBufferPointer<Float>, deviation: Double) {
    for start in stride(from: 0, to: elements.count, by: 2) {
      let pair = normalPair(start / 2)
      elements[start] = Float(deviation * pair.0)
      if start + 1 < elements.count { elements[start + 1] = Float(deviation * pair.1) }
    }
  }

  /// Fills with a gain times an orthogonal matrix: normal vectors made orthonormal, which are uniform among all such
  /// (Mezzadri 2007, arXiv:math-ph/0609050).
  fileprivate func fillOrthogonal(_ elements: UnsafeMutableBufferPointer<Float>, shape: Shape, gain: Double) {
    let (outputs, inputs) = (shape.outputs, shape.count / shape.outputs)
    let (vectors, length) = (min(outputs, inputs), max(outputs, inputs))
    var matrix = OrthonormalVectors(vectors, length: length) { normalPair($0) }
    matrix.orthonormalize()
    for output in 0..<outputs {
      for input in 0..<inputs {
        let number = outputs == vectors ? matrix[output, input] : matrix[input, output]
        elements[shape.hasOutputsLast ? input * outputs + output : output * inputs + input] = Float(gain * number)
      }
    }
  }

  /// Two normal numbers of mean 0 and deviation 1 from one block, by the polar formula of Box and Muller 1958,
  /// https://doi.org/10.1214/aoms/1177706645.
  private func normalPair(_ index: Int) -> (Double, Double) {
    let words = block(index)
    let radius = Double.sqrt(-2 * .log(Self.unit(words[0])))
    let angle = 2 * Double.pi * Self.unit(words[1])
    return (radius * .cos(angle), radius * .sin(angle))
  }

  /// The middle of the word's cell in a division of the unit interval into 2³² cells, never 0 nor 1.
  private static func unit(_ word: UInt32) -> Double {
    (Double(word) + 0.5) * 0x1p-32
  }
}
