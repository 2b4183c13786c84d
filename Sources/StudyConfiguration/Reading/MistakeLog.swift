/// Collects the mistakes of one file.
final class MistakeLog {
  let source: SourceText
  private var mistakes: [ConfigurationError.Mistake] = []

  init(_ source: SourceText) { self.source = source }

  /// Adds a mistake, unless it is known: an alias shows the same place of the file twice.
  func report(_ code: ConfigurationError.Code, at position: Position, _ message: String) {
    let position = source.clamped(position)
    let mistake = ConfigurationError.Mistake(
      code: code, message: message, file: source.file, position: position, excerpt: source.excerpt(at: position))
    if !mistakes.contains(mistake) { mistakes.append(mistake) }
  }

  /// Everything reported, by position; nil where nothing was.
  var error: ConfigurationError? {
    guard !mistakes.isEmpty else { return nil }
    let ordered = mistakes.enumerated().sorted { left, right in
      guard let first = left.element.position, let second = right.element.position, first != second else {
        return left.offset < right.offset
      }
      return first < second
    }
    return ConfigurationError(ordered.map(\.element))
  }
}
