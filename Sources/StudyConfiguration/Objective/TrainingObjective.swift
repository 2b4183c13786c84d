package import Graphs
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
  /// The units of each hidden layer, where the file fixes them one by one.
  package var fixedUnits: [Int]?

  /// The kinds of network.
  package enum Network: String, Hashable, Sendable, CaseIterable {
    /// Dense hidden layers of one activation.
    case mlp
  }
}

/// How a multilayer perceptron is built and trained.
package struct MLPHyperparameters: Hashable, Sendable {
  package var learningRate: Double
  /// In samples.
  package var batchSize: Int
  /// The units of each hidden layer, from the input on.
  package var units: [Int]
  package var activation: Activation
  /// The probability with which a hidden unit is dropped in training.
  package var dropout: Double
  package var optimizer: Optimizer
  /// The momentum of the optimizer of that name; nil for the others.
  package var momentum: Double?
  package var weightDecay: Double
  package var epochs: Int
  /// The decay of the weights' average a step; 0 for none.
  package var weightAveraging: Double

  /// How gradients become steps.
  package enum Optimizer: String, Hashable, Sendable, CaseIterable {
    /// Plain gradient descent.
    case sgd
    /// Gradient descent with momentum.
    case momentum
    case adam
  }
}

extension TrainingObjective {
  /// The hyperparameters of a trial: its own values, else those that the file fixes, else the defaults.
  ///
  /// - Parameter values: The values of the study's space, as `ParameterSpace.walk` returns them.
  /// - Throws: `SearchSpaceError.invalidValue` for a value that training does not accept, as an enqueued trial may have.
  package func hyperparameters(
    for values: OrderedDictionary<String, Choice>
  ) throws(SearchSpaceError) -> MLPHyperparameters {
    func value(_ hyperparameter: Hyperparameter, named name: String? = nil) throws(SearchSpaceError) -> Choice {
      let name = name ?? hyperparameter.name
      let value =
        values[name] ?? values[hyperparameter.name] ?? fixed[hyperparameter.name] ?? hyperparameter.defaultValue
      guard hyperparameter.domain.contains(value) else {
        throw SearchSpaceError(.invalidValue, "\(name): expected \(hyperparameter.domain), met '\(value)'")
      }
      return value
    }
    func number(_ hyperparameter: Hyperparameter) throws(SearchSpaceError) -> Double {
      try value(hyperparameter).numericValue ?? .nan
    }
    func wholeNumber(_ hyperparameter: Hyperparameter, named name: String? = nil) throws(SearchSpaceError) -> Int {
      try value(hyperparameter, named: name).wholeNumber ?? 0
    }
    var units = fixedUnits ?? []
    if fixedUnits == nil {
      for layer in 0..<(try wholeNumber(.depth)) { units.append(try wholeNumber(.units, named: "units\(layer)")) }
    }
    guard let activation = Activation(named: try value(.activation).description),
      let optimizer = MLPHyperparameters.Optimizer(rawValue: try value(.optimizer).description)
    else { preconditionFailure("the domains are the names of the enumerations") }
    return MLPHyperparameters(
      learningRate: try number(.learningRate), batchSize: try wholeNumber(.batchSize), units: units,
      activation: activation, dropout: try number(.dropout), optimizer: optimizer,
      momentum: optimizer == .momentum ? try number(.momentum) : nil, weightDecay: try number(.weightDecay),
      epochs: try wholeNumber(.epochs), weightAveraging: try number(.weightAveraging))
  }
}
