extension Duration {
  /// Reads a time as people type it: `90s`, `10m`, `2h`, `1d`, or seconds. It is above 0 and below 31 years; nil for
  /// anything else.
  package init?(text: String) {
    let factors: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    let factor = text.last.flatMap { factors[$0] }
    guard let number = Double(factor == nil ? text[...] : text.dropLast()), number > 0 else { return nil }
    let seconds = number * (factor ?? 1)
    guard seconds < 1e9, seconds >= 1e-9 else { return nil }
    self = .seconds(seconds)
  }

  /// The time as `init(text:)` reads it: `1.5s`, `10m`, `2h`.
  package var text: String {
    let (seconds, attoseconds) = components
    guard attoseconds == 0 else { return "\(Double(seconds) + Double(attoseconds) / 1e18)s" }
    for (unit, length) in [("d", 86_400), ("h", 3600), ("m", 60)] as [(String, Int64)]
    where seconds >= length && seconds % length == 0 {
      return "\(seconds / length)\(unit)"
    }
    return "\(seconds)s"
  }
}
