package import ArchitectureSearch

/// The architectures that a study searches: a space, what they may cost, and how the search begins.
package struct ArchitectureConfiguration: Hashable, Sendable {
  package var space: SearchedSpace
  /// What an architecture may cost; what costs more is never trained.
  package var limits = CostLimits()
  /// The costs that are objectives beside the metric, all to be made small.
  package var minimized: [ArchitectureCost] = []
  /// How the first architectures are chosen; nil for at random.
  package var warmUp: WarmUp?

  /// Describes a search.
  package init(space: SearchedSpace) { self.space = space }
}

/// A ready space with its options, or one that is described.
package enum SearchedSpace: Hashable, Sendable {
  case perceptron(PerceptronSpace)
  case convolutional(ConvolutionalSpace)
  case invertedResidual(InvertedResidualSpace)
  case cell(CellSpace)
  case described(DescribedSpace)

  /// The names of ready spaces in a study file.
  package enum Name: String, Hashable, Sendable, CaseIterable {
    case mlp, cnn, invertedResidual, cell
  }

  /// What builds the architectures.
  package var space: any ArchitectureSpace {
    switch self {
    case .perceptron(let space): space
    case .convolutional(let space): space
    case .invertedResidual(let space): space
    case .cell(let space): space
    case .described(let space): space
    }
  }
}
