public import Graphs
import OrderedCollections
public import Samplers
public import SearchSpace

/// A space of architectures: what builds a network and asks for choices while it does.
///
///     struct Wide: ArchitectureSpace {
///       func build(_ input: Value, outputWidth: Int, with builder: inout ArchitectureBuilder) throws -> Value {
///         let units = try builder.suggest("units", [32, 64, 128])
///         let flat = try builder.graph.flatten(input)
///         let hidden = try builder.dense(flat, units: units, name: "hidden")
///         return try builder.dense(hidden, units: outputWidth, name: "output", isLast: true)
///       }
///     }
public protocol ArchitectureSpace: Sendable {
  /// The shape in which networks of the space take samples whose features have a given shape.
  func inputShape(of featureShape: [Int]) -> [Int]

  /// Adds one architecture to the builder's graph.
  ///
  /// - Parameters:
  ///   - input: One sample [1, ...] of `inputShape(of:)`.
  ///   - outputWidth: The number of outputs: one a class, or one for a value.
  ///   - builder: Holds the graph, and is asked for what is to be chosen.
  /// - Returns: The outputs [1, outputWidth].
  /// - Throws: `ArchitectureError` of code `rejected` where what was chosen makes no sense and something else may.
  func build(_ input: Value, outputWidth: Int, with builder: inout ArchitectureBuilder) throws -> Value
}

extension ArchitectureSpace {
  public func inputShape(of featureShape: [Int]) -> [Int] { featureShape }

  /// The architecture that a chooser's answers make.
  ///
  /// - Throws: `ArchitectureError`; of code `rejected` where a constraint of the space does not hold, an image has no room
  ///   for a window included; what the chooser throws.
  public func architecture(
    featureShape: [Int], outputWidth: Int, choosing chooser: ArchitectureBuilder.Chooser
  ) throws -> Architecture {
    try withoutActuallyEscaping(chooser) { chooser in
      var graph = Graph()
      let input = try graph.input("features", shape: Shape([1] + inputShape(of: featureShape)))
      var builder = ArchitectureBuilder(graph: graph, chooser: chooser)
      let output: Value
      do { output = try build(input, outputWidth: outputWidth, with: &builder) } catch let error as GraphError {
        throw ArchitectureError(.rejected, error.message)
      }
      let expected: Shape = [1, outputWidth]
      guard builder.graph.shape(of: output) == expected else {
        throw ArchitectureError(
          .invalidSpace, "the outputs have shape \(builder.graph.shape(of: output)) where \(expected) is needed")
      }
      return Architecture(
        genome: Genome(builder.choices), graph: builder.graph, input: input, output: output,
        weightBits: builder.weightBits,
        footprint: builder.graph.integerFootprint(of: output, weightBits: builder.weightBits))
    }
  }

  /// The architecture of a genome.
  ///
  /// - Throws: `ArchitectureError` of code `invalidGenome` where the genome lacks a choice or has one too many.
  public func architecture(_ genome: Genome, featureShape: [Int], outputWidth: Int) throws -> Architecture {
    let architecture = try architecture(featureShape: featureShape, outputWidth: outputWidth) { name, _ in
      guard let choice = genome.choices[name] else {
        throw ArchitectureError(.invalidGenome, "the genome says nothing of '\(name)', which the space asks for")
      }
      return choice
    }
    if let extra = genome.choices.keys.first(where: { architecture.genome.choices[$0] == nil }) {
      throw ArchitectureError(.invalidGenome, "the genome has '\(extra)', which the space does not ask for")
    }
    return architecture
  }

  /// An architecture of independent choices; drawn anew where a constraint of the space does not hold.
  ///
  /// - Throws: `ArchitectureError` of code `rejected` where no constraint held in 1000 draws.
  public func randomArchitecture(
    featureShape: [Int], outputWidth: Int, using generator: inout DrawGenerator
  ) throws -> Architecture {
    for attempt in 1... {
      do {
        return try architecture(featureShape: featureShape, outputWidth: outputWidth) { name, distribution in
          try distribution.external(distribution.value(atQuantile: generator.uniform()))
        }
      } catch let error as ArchitectureError where error.code == .rejected && attempt < 1000 {}
    }
    preconditionFailure("the last attempt returns or throws")
  }
}
