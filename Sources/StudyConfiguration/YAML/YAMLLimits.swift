/// How much a study file may hold: far more than one needs, far less than what exhausts a machine.
enum YAMLLimits {
  /// In bytes.
  static let size = 1 << 20
  static let depth = 32
  static let nodes = 20_000
  /// Texts that look like an alias, or like a key that is no scalar: the parser compares such keys in full, in a time
  /// that grows exponentially with aliases of aliases.
  static let costlyTokens = 24
  /// Characters read in all, as a text is read once more for each key that is given again.
  static let charactersRead = 4 << 20

  /// The position of the token that is one too many; nil where there are few enough.
  static func firstCostlyToken(in source: SourceText) -> Position? {
    var count = 0
    var number = 1
    while let line = source.line(number) {
      for index in line.indices {
        let next = index + 1 < line.count ? line[index + 1] : " "
        let isToken = (line[index] == "*" && next.isAnchorCharacter) || (line[index] == "?" && !next.isAnchorCharacter)
        guard isToken else { continue }
        count += 1
        if count > costlyTokens { return Position(line: number, column: index + 1) }
      }
      number += 1
    }
    return nil
  }
}

extension Unicode.Scalar {
  fileprivate var isAnchorCharacter: Bool {
    switch self {
    case "0"..."9", "A"..."Z", "a"..."z", "_", "-": true
    default: false
    }
  }
}
