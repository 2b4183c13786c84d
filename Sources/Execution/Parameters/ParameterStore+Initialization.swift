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
  private var outputs: Int { rank == 4 ? dimensions[3] : dimensions[0] }

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

  /// Fills with normal numbers of mean 0, two a block by the polar formula of Box and Muller 1958,
  /// https://doi.org/10.1214/aoms/1177706645.
  fileprivate func fillNormal(_ elements: UnsafeMutableBufferPointer<Float>, deviation: Double) {
    for start in stride(from: 0, to: elements.count, by: 2) {
      let words = block(start / 2)
      let radius = Double.sqrt(-2 * .log(Self.unit(words[0])))
      let angle = 2 * Double.pi * Self.unit(words[1])
      elements[start] = Float(deviation * radius * .cos(angle))
      if start + 1 < elements.count { elements[start + 1] = Float(deviation * radius * .sin(angle)) }
    }
  }

  /// The middle of the word's cell in a division of the unit interval into 2³² cells, never 0 nor 1.
  private static func unit(_ word: UInt32) -> Double {
    (Double(word) + 0.5) * 0x1p-32
  }
}
