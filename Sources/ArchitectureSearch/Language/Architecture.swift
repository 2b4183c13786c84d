public import Graphs
import SearchSpace
public import Training

/// One architecture: the choices that decide it, and the network that they make.
public struct Architecture: Network, Hashable, CustomStringConvertible {
  /// The choices.
  public let genome: Genome
  /// The network for one sample [1, ...].
  public let graph: Graph
  /// The sample.
  public let input: Value
  /// What the network gives [1, outputWidth].
  public let output: Value
  /// The bits of a weight by the name of its parameter; 8 for those not listed.
  public let weightBits: [String: Int]
  /// What its integer model takes.
  public let footprint: IntegerFootprint

  /// Equality of choices and of what they make.
  public static func == (left: Architecture, right: Architecture) -> Bool {
    left.genome == right.genome && left.graph == right.graph && left.weightBits == right.weightBits
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(genome) }

  /// Tells networks apart, in 16 hexadecimal digits: the same for all genomes that make one network, in which names, layers
  /// that the output does not need and the order of what is added do not count, and the bits of weights do.
  ///
  /// - Throws: Where an operation cannot be written down, such as one with a number that is not finite.
  public var networkHash: String {
    get throws { try NetworkHash.hash(of: graph, output: output, weightBits: weightBits) }
  }

  /// The hash and the genome.
  public var description: String { "\(genome.hash) \(genome.canonicalJSON)" }

  /// The shape of the graph's sample, whatever the shape of the features.
  public func inputShape(of featureShape: [Int]) -> [Int] { Array(graph.shape(of: input).dimensions.dropFirst()) }

  /// Adds the network, for any number of samples.
  public func output(of input: Value, width outputWidth: Int, in graph: inout Graph) throws -> Value {
    try graph.append(contentsOf: self.graph, replacing: [self.input: input])[output.index]
  }
}
