import SearchSpace

/// A value of a YAML file and where it stands.
struct YAMLNode {
  enum Content {
    case scalar(Scalar)
    case list([YAMLNode])
    case mapping([Member])
    /// A value that is reported already, and about which nothing more is to be said.
    case invalid
  }

  struct Scalar {
    let text: String
    /// Whether the text stands without quotes, so that it may be a number, a boolean or null.
    let isPlain: Bool
  }

  struct Member {
    let key: String
    let keyPosition: Position
    let value: YAMLNode
  }

  let content: Content
  let position: Position

  /// The scalar's value; nil for lists, mappings and numbers that do not fit.
  var choice: Choice? {
    guard case .scalar(let scalar) = content else { return nil }
    return scalar.isPlain ? Choice(plainScalar: scalar.text) : .string(scalar.text)
  }

  var isInvalid: Bool { if case .invalid = content { true } else { false } }

  /// Whether it is a mapping.
  var isMapping: Bool { if case .mapping = content { true } else { false } }

  /// The value as a message names it.
  var met: String {
    switch content {
    case .scalar(let scalar) where scalar.isPlain && scalar.text.isEmpty: "nothing"
    case .scalar(let scalar): "'\(scalar.text.shortened)'"
    case .list: "a list"
    case .mapping: "a mapping"
    case .invalid: "an unreadable value"
    }
  }
}
