package import ArchitectureSearch
package import OrderedCollections
package import SearchSpace
import Graphs
import Training

extension TrainingObjective {
  /// The hyperparameters of a trial: its own values, else those that the file fixes, else the defaults.
  ///
  /// - Parameters:
  ///   - values: The values of the study's space, as `ParameterSpace.walk` returns them.
  ///   - architecture: The network, where the study searches architectures.
  /// - Throws: `SearchSpaceError.invalidValue` for a value that training does not accept, as an enqueued trial may have.
  package func hyperparameters(
    for values: OrderedDictionary<String, Choice>, architecture: Architecture? = nil
  ) throws(SearchSpaceError) -> TrainingHyperparameters {
    let values = HyperparameterValues(own: values, fixed: fixed)
    guard let optimizer = TrainingHyperparameters.Optimizer(rawValue: try values.name(.optimizer)),
      let schedule = TrainingHyperparameters.Schedule(rawValue: try values.name(.schedule))
    else { preconditionFailure("the domains are the names of the enumerations") }
    let network =
      if let architecture { NetworkDescription.architecture(architecture) } else { try networkDescription(values) }
    let (norm, patience) = (try values.number(.gradientNorm), try values.wholeNumber(.patience))
    return TrainingHyperparameters(
      network: network, learningRate: try values.number(.learningRate),
      batchSize: try values.wholeNumber(.batchSize), optimizer: optimizer,
      momentum: optimizer.hasMomentum ? try values.number(.momentum) : nil,
      weightDecay: try values.number(.weightDecay), epochs: try values.wholeNumber(.epochs),
      weightAveraging: try values.number(.weightAveraging), schedule: schedule, warmup: try values.number(.warmup),
      labelSmoothing: try values.number(.labelSmoothing), gradientNorm: norm > 0 ? norm : nil,
      patience: patience > 0 ? patience : nil, refinements: try TrainingRefinements(values))
  }

  /// The names of what may be set for a training.
  package var hyperparameterNames: [String] { Hyperparameter.all(of: network).map(\.name) }

  /// The names of the hyperparameters of all networks.
  package static var hyperparameterNames: Set<String> {
    Set(Network.allCases.flatMap { Hyperparameter.all(of: $0) }.map(\.name))
  }

  /// What a hyperparameter is where nothing says otherwise; `units0`, `units1` and so on are hyperparameters as well.
  ///
  /// - Returns: Nil where there is no hyperparameter of that name.
  package func defaultValue(of name: String) -> Choice? { hyperparameter(named: name)?.defaultValue }

  /// The hyperparameter of a name, or that which a layer has one of: `units` for `units1`.
  func hyperparameter(named name: String) -> Hyperparameter? {
    let name = layer(of: name)?.hyperparameter ?? name
    return Hyperparameter.all(of: network).first { $0.name == name }
  }

  /// What of a layer a name such as `units1` stands for; nil for other names.
  package func layer(of name: String) -> (hyperparameter: String, number: Int)? {
    guard network != .architecture, name.hasPrefix(network.width.name) else { return nil }
    let digits = name.dropFirst(network.width.name.count)
    // `units01` and `units+1` are the names of nothing.
    guard let number = UInt8(digits), String(number) == digits else { return nil }
    return (network.width.name, Int(number))
  }

  private func networkDescription(_ values: HyperparameterValues) throws(SearchSpaceError) -> NetworkDescription {
    guard network != .architecture else {
      throw SearchSpaceError(
        .invalidValue, "the network is one of a space of architectures, and no choice among them is given")
    }
    let width = network.width
    var widths = fixedWidths ?? []
    if fixedWidths == nil {
      for layer in 0..<(try values.wholeNumber(network.depth)) {
        widths.append(try values.wholeNumber(width, named: "\(width.name)\(layer)"))
      }
    }
    let dropout = try values.number(.dropout)
    let initialization = TrainingRefinements.Initialization(rawValue: try values.name(.initialization))?.initializer
    let activation = Activation(
      named: try values.name(.activation), negativeSlope: try values.number(.negativeSlope),
      alpha: try values.number(.eluAlpha))
    guard let activation else {
      preconditionFailure("the domain is the names of the activations")
    }
    switch network {
    case .mlp:
      return .mlp(
        MultilayerPerceptron(
          hiddenUnits: widths, activation: activation, dropout: dropout, initialization: initialization))
    case .cnn:
      guard let reduction = ConvolutionalNetwork.Reduction(rawValue: try values.name(.reduction)),
        let head = ConvolutionalNetwork.Head(rawValue: try values.name(.head))
      else { preconditionFailure("the domains are the names of the enumerations") }
      return .cnn(
        ConvolutionalNetwork(
          channels: widths, convolutions: try values.wholeNumber(.convolutions),
          kernel: try values.wholeNumber(.kernel), isSeparable: try values.name(.convolution) == "separable",
          reduction: reduction, head: head, units: try values.wholeNumber(.headUnits), activation: activation,
          dropout: dropout, initialization: initialization))
    case .architecture: preconditionFailure("the guard above")
    }
  }
}

extension TrainingObjective {
  /// A value that is to be set for a training, as a trial has it: whole numbers are such.
  ///
  /// - Throws: `SearchSpaceError.invalidValue` where training does not accept it, or has no hyperparameter of that name.
  package func accepted(_ value: Choice, for name: String) throws(SearchSpaceError) -> Choice {
    guard let hyperparameter = hyperparameter(named: name) else {
      throw SearchSpaceError(.invalidName, "there is no hyperparameter '\(name)'")
    }
    let value = try hyperparameter.accepted(value, named: name)
    return switch hyperparameter.domain {
    case .whole, .wholeOr: value.wholeNumber.map(Choice.int) ?? value
    case .real, .realOr, .flag, .names: value
    }
  }

  /// Why a hyperparameter changes nothing in a training of some values, and the way out; nil where it counts.
  ///
  /// - Parameters:
  ///   - name: The hyperparameter.
  ///   - values: The values of the study's space, and whatever else is set.
  ///   - subject: What sets it, as the message begins.
  ///   - option: What sets another one, as the way out says it.
  package func complaint(
    about name: String, in values: OrderedDictionary<String, Choice>, subject: String, option: String
  ) -> String? {
    func value(of hyperparameter: Hyperparameter) -> Choice {
      if hyperparameter == network.depth, let fixedWidths { return .int(fixedWidths.count) }
      return values[hyperparameter.name] ?? fixed[hyperparameter.name] ?? hyperparameter.defaultValue
    }
    let missing = hyperparameter(named: name)?.missingPremise(in: network) { fact in
      switch fact {
      case .teacher: teacher != nil
      case .classes: data.task != .regression
      case .value(let other, let accepted): accepted.contains(value(of: other))
      }
    }
    guard let missing else { return nil }
    let example = missing.facts.compactMap(\.example).first
    return missing.complaint(about: subject, wayOut: example.map { "\(option) \($0)" }) { fact in
      switch fact {
      case .teacher: "there is no teacher"
      case .classes: "the data are values to predict"
      case .value(let other, _): "\(other.name) is '\(value(of: other))'"
      }
    }
  }
}

extension Hyperparameter {
  /// - Throws: `SearchSpaceError.invalidValue` for a value that training does not accept.
  fileprivate func accepted(_ value: Choice, named name: String) throws(SearchSpaceError) -> Choice {
    guard domain.contains(value) else {
      throw SearchSpaceError(.invalidValue, "\(name): expected \(domain), met '\(value)'")
    }
    return value
  }
}

/// The values of a trial's hyperparameters.
struct HyperparameterValues {
  let own: OrderedDictionary<String, Choice>
  let fixed: OrderedDictionary<String, Choice>

  func value(_ hyperparameter: Hyperparameter, named name: String? = nil) throws(SearchSpaceError) -> Choice {
    let name = name ?? hyperparameter.name
    let value = own[name] ?? own[hyperparameter.name] ?? fixed[hyperparameter.name] ?? hyperparameter.defaultValue
    return try hyperparameter.accepted(value, named: name)
  }

  func number(_ hyperparameter: Hyperparameter) throws(SearchSpaceError) -> Double {
    try value(hyperparameter).numericValue ?? .nan
  }

  func wholeNumber(_ hyperparameter: Hyperparameter, named name: String? = nil) throws(SearchSpaceError) -> Int {
    let value = try value(hyperparameter, named: name)
    // The word in place of a number stands for all of them.
    return value.wholeNumber ?? .max
  }

  func flag(_ hyperparameter: Hyperparameter) throws(SearchSpaceError) -> Bool {
    try value(hyperparameter) == .bool(true)
  }

  func name(_ hyperparameter: Hyperparameter) throws(SearchSpaceError) -> String {
    try value(hyperparameter).description
  }
}
