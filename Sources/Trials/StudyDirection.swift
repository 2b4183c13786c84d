/// Whether an objective is to become small or large.
public enum StudyDirection: String, Sendable, Hashable, CaseIterable {
  case minimize
  case maximize

  /// Whether `value` is strictly better than `other`; NaN is never better.
  public func isBetter(_ value: Double, than other: Double) -> Bool {
    switch self {
    case .minimize: value < other
    case .maximize: value > other
    }
  }
}
