import OrderedCollections
import Spelling

/// When a search ends before its total of trials.
package struct StopConfiguration: Hashable, Sendable {
  /// How long a run may take.
  package var timeout: TimeSpan?
  /// A condition in SQL over the columns of the table of trials, which ends the search once a trial meets it.
  package var until: String?
  /// How many finished trials in a row without an improvement end the search.
  package var stagnation: Int?

  /// Makes a configuration.
  package init(timeout: TimeSpan? = nil, until: String? = nil, stagnation: Int? = nil) {
    self.timeout = timeout
    self.until = until
    self.stagnation = stagnation
  }

  /// Whether the search may end by one of these.
  package var endsSearch: Bool { timeout != nil || until != nil || stagnation != nil }
}

extension StopConfiguration {
  /// Reads `{timeout: 2h, until: value < 0.02, stagnation: 30}`; nil, with messages, for anything else.
  init?(_ member: MappingReader.Member, log: MistakeLog) {
    guard
      let reader = MappingReader(
        member.value, path: "stop", at: member.keyPosition, keys: ["timeout", "until", "stagnation"], log: log,
        expectation: "keys such as timeout, until and stagnation")
    else { return nil }
    if let value = reader.members["timeout"]?.value, !value.isInvalid {
      if case .scalar(let scalar) = value.content, let span = TimeSpan(scalar.text) {
        timeout = span
      } else {
        log.report(
          .invalidValue, at: value.position,
          "stop.timeout: expected a time such as 90s, 30m, 2h or 1d, met \(value.met)")
      }
    }
    until = reader.text("until")
    stagnation = reader.wholeNumber("stagnation", in: 1...Int.max)
  }
}

/// A time as it is typed: `90s`, `30m`, `2h`, `1d`, or seconds.
package struct TimeSpan: Hashable, Sendable {
  package let duration: Duration

  /// Nil for what `Duration(text:)` does not read.
  package init?(_ text: String) {
    guard let duration = Duration(text: text) else { return nil }
    self.duration = duration
  }
}
