import Graphs
import SearchSpace
import Spelling
import Training

/// A hyperparameter of a training: what it may be, and what it is where a file says nothing.
struct Hyperparameter: Hashable, Sendable {
  let name: String
  let domain: Domain
  let defaultValue: Choice

  static let learningRate = Hyperparameter(name: "learningRate", domain: .real(.above(0)), defaultValue: 0.001)
  static let batchSize = Hyperparameter(
    name: "batchSize", domain: .wholeOr(1...65536, "all"), defaultValue: 32)
  static let depth = Hyperparameter(name: "depth", domain: .whole(0...64), defaultValue: 2)
  static let units = Hyperparameter(name: "units", domain: .whole(1...65536), defaultValue: 64)
  static let activation = Hyperparameter(
    name: "activation", domain: .names("activation", Activation.standard.map(\.name)),
    defaultValue: "relu")
  static let dropout = Hyperparameter(name: "dropout", domain: .real(.from(0).below(1)), defaultValue: 0)
  static let optimizer = Hyperparameter(
    name: "optimizer", domain: .names("optimizer", TrainingHyperparameters.Optimizer.allCases.map(\.rawValue)),
    defaultValue: "adam")
  static let momentum = Hyperparameter(name: "momentum", domain: .real(.from(0).below(1)), defaultValue: 0.9)
  static let weightDecay = Hyperparameter(name: "weightDecay", domain: .real(.from(0)), defaultValue: 0)
  static let epochs = Hyperparameter(name: "epochs", domain: .whole(1...1_000_000), defaultValue: 30)
  static let weightAveraging = Hyperparameter(
    name: "weightAveraging", domain: .real(.from(0).below(1)), defaultValue: 0)

  static let schedule = Hyperparameter(
    name: "schedule", domain: .names("schedule", TrainingHyperparameters.Schedule.allCases.map(\.rawValue)),
    defaultValue: "constant")
  static let warmup = Hyperparameter(name: "warmup", domain: .real(.from(0).below(1)), defaultValue: 0)
  static let labelSmoothing = Hyperparameter(
    name: "labelSmoothing", domain: .real(.from(0).below(1)), defaultValue: 0)
  static let gradientNorm = Hyperparameter(name: "gradientNorm", domain: .real(.from(0)), defaultValue: 0)
  static let patience = Hyperparameter(name: "patience", domain: .whole(0...1_000_000), defaultValue: 0)

  static let blocks = Hyperparameter(name: "depth", domain: .whole(1...16), defaultValue: 2)
  static let channels = Hyperparameter(name: "channels", domain: .whole(1...4096), defaultValue: 16)
  static let convolutions = Hyperparameter(name: "convolutions", domain: .whole(1...8), defaultValue: 1)
  static let kernel = Hyperparameter(name: "kernel", domain: .whole(1...15), defaultValue: 3)
  static let convolution = Hyperparameter(
    name: "convolution", domain: .names("convolution", ["full", "separable"]), defaultValue: "full")
  static let reduction = Hyperparameter(
    name: "reduction", domain: .names("reduction", ConvolutionalNetwork.Reduction.allCases.map(\.rawValue)),
    defaultValue: "maximum")
  static let head = Hyperparameter(
    name: "head", domain: .names("head", ConvolutionalNetwork.Head.allCases.map(\.rawValue)),
    defaultValue: "globalPooling")
  static let headUnits = Hyperparameter(name: "headUnits", domain: .whole(0...65536), defaultValue: 0)

  /// Whether each hidden layer or block has one of its own, where it is repeated.
  var isPerLayer: Bool { self == .units || self == .channels }

  /// The hyperparameters of every training.
  private static let common = [
    learningRate, batchSize, activation, dropout, optimizer, momentum, weightDecay, epochs, weightAveraging, schedule,
    warmup, labelSmoothing, gradientNorm, patience,
  ]

  /// What a network of layers of its own says itself.
  private static let ofHiddenUnits: Set = [activation, negativeSlope, eluAlpha, dropout, initialization]

  /// The hyperparameters of a network and its training.
  static func all(of network: TrainingObjective.Network) -> [Hyperparameter] {
    switch network {
    case .mlp: [depth, units] + common + refinements
    case .cnn:
      [blocks, channels, convolution, convolutions, kernel, reduction, head, headUnits] + common + refinements
    case .architecture: (common + refinements).filter { !ofHiddenUnits.contains($0) }
    }
  }

  /// The values that training accepts.
  enum Domain: Hashable, Sendable, CustomStringConvertible {
    case real(Interval)
    /// A number, or a word for none.
    case realOr(Interval, String)
    case whole(ClosedRange<Int>)
    /// A whole number, or a word for as many as there are.
    case wholeOr(ClosedRange<Int>, String)
    /// `true` or `false`.
    case flag
    /// One of some names, and what they are names of.
    case names(String, [String])

    func contains(_ value: Choice) -> Bool {
      switch self {
      case .real(let interval): value.numericValue.map(interval.contains) ?? false
      case .realOr(let interval, let word): value == .string(word) || value.numericValue.map(interval.contains) ?? false
      case .whole(let range): value.wholeNumber.map(range.contains) ?? false
      case .wholeOr(let range, let word): value == .string(word) || value.wholeNumber.map(range.contains) ?? false
      case .flag: if case .bool = value { true } else { false }
      case .names(_, let names): if case .string(let name) = value { names.contains(name) } else { false }
      }
    }

    /// Whether every value of a distribution is accepted; the bounds tell for a range.
    func contains(_ distribution: Distribution) -> Bool {
      switch (self, distribution) {
      case (.whole, .float), (.wholeOr, .float): false
      case (_, .float(let range)): contains(.double(range.low)) && contains(.double(range.high))
      case (_, .int(let range)): contains(.int(range.low)) && contains(.int(range.high))
      case (_, .categorical(let list)): list.choices.allSatisfy(contains)
      }
    }

    /// `a whole number from 1 to 64`.
    var description: String {
      switch self {
      case .real(let interval): interval.description
      case .realOr(let interval, let word): "\(interval), or \(word)"
      case .whole(let range): "a whole number \(range.phrase)"
      case .wholeOr(let range, let word): "a whole number \(range.phrase), or \(word)"
      case .flag: "true or false"
      case .names(_, let names): "one of \(names.joined(separator: ", "))"
      }
    }
  }
}

extension MistakeLog {
  /// A value that training accepts; nil, with a message, for any other.
  func value(_ node: YAMLNode, of hyperparameter: Hyperparameter, path: String) -> Choice? {
    if let value = node.choice, hyperparameter.domain.contains(value) { return value }
    guard !node.isInvalid else { return nil }
    if case .names(let kind, let names) = hyperparameter.domain, case .scalar(let scalar) = node.content,
      !scalar.text.isEmpty
    {
      let hint = NearestName.hint(for: scalar.text, among: names)
      report(.unknownName, at: node.position, "unknown \(kind) '\(scalar.text.shortened)'; \(hint)")
    } else {
      let isNumber = node.choice?.numericValue != nil
      report(
        isNumber ? .invalidValue : .wrongType, at: node.position,
        "\(path): expected \(hyperparameter.domain), met \(node.met)")
    }
    return nil
  }
}

extension TrainingObjective.Network {
  /// The number of hidden layers or blocks.
  var depth: Hyperparameter { self == .mlp ? .depth : .blocks }

  /// The hyperparameter that each hidden layer or block has one of.
  var width: Hyperparameter { self == .mlp ? .units : .channels }
}
