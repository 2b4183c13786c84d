package import ArchitectureSearch
package import Execution
package import OrderedCollections
package import SearchSpace
package import Training

/// The training of a network on a data set: what is fixed, while the study's space holds what is searched.
package struct TrainingObjective: Hashable, Sendable {
  package var data: DataSource
  package var split: DataSplit
  package var network: Network
  package var metric: Metric
  /// The metric by which a training chooses the epoch whose weights it keeps; nil for `metric`.
  package var selection: Metric?
  /// The hyperparameters that the file fixes, by name.
  package var fixed: OrderedDictionary<String, Choice>
  /// The units of each hidden layer, or the channels of each block, where the file fixes them one by one.
  package var fixedWidths: [Int]?
  /// The architectures that are searched, where `network` says so.
  package var architecture: ArchitectureConfiguration?
  /// The file of a saved model whose outputs are learned beside the targets; nil for none.
  package var teacher: String?
  /// What products of training steps are computed in.
  package var precision = Precision.float32

  /// What the values of a trial are called: the metric, and the costs that are objectives.
  package var objectiveNames: [String] { [metric.rawValue] + (architecture?.minimized ?? []).map(\.rawValue) }

  /// The kinds of network.
  package enum Network: String, Hashable, Sendable, CaseIterable {
    /// Dense hidden layers of one activation.
    case mlp
    /// Blocks of convolutions with batch normalization, each of which halves the image.
    case cnn
    /// One of a space of architectures, which the study searches.
    case architecture
  }
}

/// How a network is built and trained.
package struct TrainingHyperparameters: Hashable, Sendable {
  package var network: NetworkDescription
  package var learningRate: Double
  /// In samples.
  package var batchSize: Int
  package var optimizer: Optimizer
  /// The momentum of an optimizer that has one; nil for the others.
  package var momentum: Double?
  package var weightDecay: Double
  package var epochs: Int
  /// The decay of the weights' average a step; 0 for none.
  package var weightAveraging: Double
  package var schedule: Schedule
  /// The fraction of the training over which the rate first rises.
  package var warmup: Double
  package var labelSmoothing: Double
  /// The norm to which gradients are clipped; nil for none.
  package var gradientNorm: Double?
  /// The epochs without a better one after which training ends; nil for all epochs.
  package var patience: Int?
  package var refinements: TrainingRefinements

  /// How gradients become steps.
  package enum Optimizer: String, Hashable, Sendable, CaseIterable {
    /// Plain gradient descent.
    case sgd
    /// Gradient descent with momentum.
    case momentum
    case nesterov
    case adagrad
    case rmsprop
    case adam
    case adamw
    /// The quasi-Newton method on all samples at once, an iteration an epoch.
    case lbfgs
    /// Newton's method with conjugate gradients on all samples at once, an iteration an epoch.
    case newtonCG

    /// Whether a momentum is of consequence.
    package var hasMomentum: Bool { self == .momentum || self == .nesterov }
  }

  /// How the learning rate changes.
  package enum Schedule: String, Hashable, Sendable, CaseIterable {
    case constant
    /// A tenth after each third of the epochs.
    case step
    /// Down to a hundredth at the end.
    case exponential
    case cosine
    case oneCycle
    /// The cosine again and again.
    case warmRestarts
    /// Lower where the metric has stopped to improve.
    case plateau
  }
}

/// A network of one of the kinds.
package enum NetworkDescription: Hashable, Sendable {
  case mlp(MultilayerPerceptron)
  case cnn(ConvolutionalNetwork)
  case architecture(Architecture)

  package var network: any Training.Network {
    switch self {
    case .mlp(let network): network
    case .cnn(let network): network
    case .architecture(let network): network
    }
  }

  /// The units of each hidden layer, or the channels of each block; none of an architecture.
  package var widths: [Int] {
    switch self {
    case .mlp(let network): network.hiddenUnits
    case .cnn(let network): network.channels
    case .architecture: []
    }
  }
}
