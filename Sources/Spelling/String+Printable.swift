extension String {
  /// The text in one line, with nothing in it that a terminal would obey.
  package var printable: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .lineSeparator, .paragraphSeparator: scalar == "\n" || scalar == "\t" ? " " : "\u{FFFD}"
          // What turns the direction of the text behind it.
          default: scalar.properties.isBidiControl ? "\u{FFFD}" : scalar
          }
        }))
  }

  /// A name that somebody gave, such as a study's, as it stands in a message: printable, and cut behind 60 characters. What
  /// programs read has it whole.
  package var inMessage: String {
    let shown = prefix(60)
    return String(shown).printable + (shown.endIndex < endIndex ? "…" : "")
  }
}
