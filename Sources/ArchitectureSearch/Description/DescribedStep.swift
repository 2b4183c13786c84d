package import SearchSpace

/// A place in the text that describes a space.
package struct SourcePlace: Hashable, Sendable {
  /// Counted from 1.
  package let line: Int
  /// Counted from 1.
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// One step of a described space, with its place in the text. Each is a call of `ArchitectureBuilder`.
package struct DescribedStep: Hashable, Sendable {
  package let place: SourcePlace
  package let operation: Operation

  package init(_ operation: Operation, at place: SourcePlace) {
    self.operation = operation
    self.place = place
  }

  /// The layers that the step may add, at whatever depth.
  package var layers: [DescribedLayer] {
    func layers(of steps: [DescribedStep]) -> [DescribedLayer] { steps.flatMap(\.layers) }
    return switch operation {
    case .layer(let layer): [layer]
    case .scope(_, let steps), .repetition(_, _, _, let steps), .optional(_, let steps), .skip(_, _, let steps):
      layers(of: steps)
    case .condition(_, let then, let otherwise): layers(of: then) + layers(of: otherwise)
    case .layerChoice(_, let branches), .cell(_, _, _, _, let branches): branches.flatMap { layers(of: $0.steps) }
    case .bind, .inputChoice, .join, .keep, .take, .require: []
    }
  }

  /// What the step does to the value that the steps hand on.
  package indirect enum Operation: Hashable, Sendable {
    /// Gives values names: `suggest`.
    case bind([Binding])
    case layer(DescribedLayer)
    /// `scoped`.
    case scope(String, [DescribedStep])
    /// `repeated`.
    case repetition(String, count: DescribedValue, isShared: Bool, [DescribedStep])
    /// `layerChoice`.
    case layerChoice(String, [Branch])
    /// `optional`.
    case optional(String, [DescribedStep])
    /// Adds what the steps began with to what they end with, where the shapes are equal, and where it is to be chosen if the
    /// choice says so.
    case skip(String, isChosen: Bool, [DescribedStep])
    /// The one or the other steps.
    case condition(Expression, then: [DescribedStep], otherwise: [DescribedStep])
    /// `cell`.
    case cell(String, inputs: [String], nodes: DescribedValue, inputsPerNode: Int, operations: [Branch])
    /// `inputChoice`, and a join of what it takes.
    case inputChoice(String, count: Int, from: [String], Join)
    case join(String, Join, of: [String])
    /// Remembers the value under a name.
    case keep(String)
    /// Goes on from a value that is remembered.
    case take(String)
    /// `require`.
    case require(Expression, reason: String)
  }

  package struct Binding: Hashable, Sendable {
    package let name: String
    package let value: DescribedValue

    package init(_ name: String, _ value: DescribedValue) {
      self.name = name
      self.value = value
    }
  }

  package struct Branch: Hashable, Sendable {
    package let name: String
    package let steps: [DescribedStep]

    package init(_ name: String, _ steps: [DescribedStep]) {
      self.name = name
      self.steps = steps
    }
  }

  /// How several values become one.
  package enum Join: String, Hashable, Sendable, CaseIterable {
    case sum, product, concatenate
  }
}

/// A value of a described space: fixed, chosen, or computed from others.
package enum DescribedValue: Hashable, Sendable {
  case constant(Choice)
  /// A choice; one that is tied has its name in all scopes.
  case choice(Distribution, tie: String?)
  case expression(Expression)
}

/// A layer of a described space with its numbers, by their names.
package struct DescribedLayer: Hashable, Sendable {
  package let kind: Kind
  package let name: String
  package let values: [Key: DescribedValue]
  /// The bits of its weights, in place of the space's.
  package let bits: WholeNumbers?

  /// What may follow a convolution: batch normalization, or nothing but a bias.
  package static let normalizations = ["batch", "none"]

  package init(_ kind: Kind, name: String, values: [Key: DescribedValue] = [:], bits: WholeNumbers? = nil) {
    self.kind = kind
    self.name = name
    self.values = values
    self.bits = bits
  }

  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case dense, convolution, depthwise, separable, maxPooling, averagePooling, globalAveragePooling
    case batchNormalization, layerNormalization, dropout, flatten, reshape, activation
    /// A dense layer with as many units as there are outputs, and no activation.
    case output
    /// Global average pooling, dropout and the outputs.
    case classifier

    /// The values that a layer has, the first of them necessary where `needsFirst`.
    package var keys: [Key] {
      switch self {
      case .dense: [.units, .activation, .negativeSlope, .eluAlpha]
      case .convolution:
        [
          .channels, .kernel, .stride, .padding, .dilation, .groups, .normalization, .activation, .negativeSlope,
          .eluAlpha,
        ]
      case .depthwise:
        [.kernel, .stride, .padding, .dilation, .normalization, .activation, .negativeSlope, .eluAlpha]
      case .separable: [.channels, .kernel, .stride]
      case .maxPooling, .averagePooling: [.window, .stride, .padding]
      case .dropout: [.probability]
      case .activation: [.function, .negativeSlope, .eluAlpha]
      case .reshape: [.height, .width, .channels]
      case .globalAveragePooling, .batchNormalization, .layerNormalization, .flatten, .output, .classifier: []
      }
    }

    /// Whether the first key must be given.
    package var needsFirst: Bool {
      switch self {
      case .dense, .convolution, .separable, .reshape, .activation: true
      default: false
      }
    }

    /// Whether the layer has weights, whose bits may be chosen.
    package var hasWeights: Bool {
      switch self {
      case .dense, .convolution, .depthwise, .separable, .output, .classifier: true
      default: false
      }
    }
  }

  package enum Key: String, Hashable, Sendable, CaseIterable {
    case units, channels, kernel, stride, dilation, groups, window, padding, height, width, probability
    case normalization, activation, function
    /// The number of the activation `leakyReLU`.
    case negativeSlope
    /// The number of the activation `elu`.
    case eluAlpha

    /// The name of the activation that a number belongs to; nil for other keys.
    package var activation: String? {
      switch self {
      case .negativeSlope: "leakyReLU"
      case .eluAlpha: "elu"
      default: nil
      }
    }

    /// The whole numbers that are accepted; nil for what is no whole number.
    package var bounds: ClosedRange<Int>? {
      switch self {
      case .units: 1...65_536
      case .channels, .groups, .height, .width: 1...4096
      case .kernel, .window: 1...31
      case .stride, .dilation: 1...16
      case .padding: 0...255
      case .probability, .normalization, .activation, .function, .negativeSlope, .eluAlpha: nil
      }
    }
  }
}
