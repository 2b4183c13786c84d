import Testing

/// A study file with mistakes, and what is said about each of them.
struct BrokenFile: Sendable, CustomTestStringConvertible {
  let mistake: String
  let text: String
  /// `line:column: message`, in the order of the file.
  let messages: [String]

  init(_ mistake: String, text: String, messages: [String]) {
    self.mistake = mistake
    self.text = text
    self.messages = messages
  }

  /// A file that differs from another one by replaced parts.
  init(_ mistake: String, of whole: String = Self.wholeText, edits: [(String, String)], messages: [String]) {
    var text = whole
    for (part, replacement) in edits {
      guard let range = text.firstRange(of: part) else { preconditionFailure("the file does not hold '\(part)'") }
      text.replaceSubrange(range, with: replacement)
    }
    self.init(mistake, text: text, messages: messages)
  }

  var testDescription: String { mistake }

  static let wholeText = """
    # A small network that reads handwritten digits: hpo optimize --config Configs/digits-mlp.yaml
    study: digits-mlp
    direction: maximize

    objective:
      data: digits
      split: {validation: 0.2, test: 0.2, seed: 0}
      network: mlp
      epochs: 30
      metric: accuracy

    space:
      learningRate: {float: 1e-4..1e-1, log: true}
      batchSize: {choice: [16, 32, 64, 128]}
      depth: {int: 1..3}
      units: {int: 16..256, log: true, repeat: depth} # units0, … as deep as the network is
      activation: {choice: [relu, tanh, sigmoid]}
      dropout: {float: 0..0.5}
      optimizer: {choice: [sgd, momentum, adam]}
      momentum: {float: 0.5..0.99, when: {optimizer: momentum}}

    sampler: {name: tpe, seed: 7}
    pruner: {name: median, startupTrials: 5, warmupSteps: 3}
    trials: 200
    jobs: 2

    """
}
