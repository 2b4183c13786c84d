package import OrderedCollections
package import SearchSpace
import Spelling

/// The arguments of a command with places for parameters.
///
/// `{name}` stands for the value of the parameter of that name, and `{{name}}` for the text `{name}`. Braces around
/// anything else are left as they are, since programs such as awk have their own use for them.
package struct CommandTemplate: Sendable {
  private enum Piece {
    case text(String)
    case parameter(String)
  }

  private let arguments: [[Piece]]

  /// What stands in braces and looks like a name, but is no parameter's; it is passed on as it is.
  package private(set) var strangers: OrderedSet<String> = []

  /// - Parameter parameters: The names that can occur.
  /// - Throws: `ProgramError.unknownParameter` for a name in braces that looks like a mistyped one.
  package init(_ arguments: [String], parameters: Set<String>) throws(ProgramError) {
    var parsed: [[Piece]] = []
    var strangers: OrderedSet<String> = []
    for argument in arguments {
      parsed.append(try Self.pieces(of: argument, parameters: parameters, strangers: &strangers))
    }
    self.arguments = parsed
    self.strangers = strangers
  }

  /// The arguments for some values; a parameter that a trial does not have is an empty text.
  package func arguments(for values: OrderedDictionary<String, Choice>) -> [String] {
    arguments.map { pieces in
      pieces.map { piece in
        switch piece {
        case .text(let text): text
        case .parameter(let name): values[name]?.description ?? ""
        }
      }
      .joined()
    }
  }

  private static func pieces(
    of argument: String, parameters: Set<String>, strangers: inout OrderedSet<String>
  ) throws(ProgramError) -> [Piece] {
    var pieces: [Piece] = []
    var text = ""
    var rest = Substring(argument)
    while let character = rest.first {
      guard character == "{", let end = rest.firstIndex(of: "}") else {
        text.append(character)
        rest.removeFirst()
        continue
      }
      let isDoubled = rest.hasPrefix("{{") && rest[end...].hasPrefix("}}")
      let name = String(rest[rest.index(rest.startIndex, offsetBy: isDoubled ? 2 : 1)..<end])
      if parameters.contains(name) {
        if isDoubled {
          text += "{\(name)}"
        } else {
          pieces += [.text(text), .parameter(name)]
          text = ""
        }
        rest = rest[end...].dropFirst(isDoubled ? 2 : 1)
      } else {
        if !isDoubled, looksLikeName(name) {
          if let nearest = NearestName.find(name, among: parameters.sorted()) {
            throw ProgramError(
              .unknownParameter,
              "there is no parameter '\(name)' for the command's {\(name)}; did you mean {\(nearest)}? "
                + "The text itself is written {{\(name)}}")
          }
          // A variable of the shell is written so.
          if !text.hasSuffix("$") { strangers.append(name) }
        }
        // Doubled braces are passed over together, or the inner pair would be looked at once more.
        let length = isDoubled ? 2 : 1
        text += String(rest.prefix(length))
        rest = rest.dropFirst(length)
      }
    }
    return pieces + [.text(text)]
  }

  private static func looksLikeName(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, first.properties.isAlphabetic || first == "_" else { return false }
    return text.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || $0.properties.numericType != nil || "_-.".unicodeScalars.contains($0)
    }
  }
}
