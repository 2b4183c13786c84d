/// What a replay of a study found.
public struct ReplayReport: Sendable, Hashable {
  /// Something on record that does not follow from what is on record before it.
  public struct Difference: Sendable, Hashable {
    /// What differs.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
      /// A number has no trial.
      case missing
      /// The state is not the one that the trial ended in.
      case state
      /// A value is not the one that the trial ended with.
      case value
      /// A parameter is not the one that follows from what the trial saw.
      case parameter
      /// The reports are not those that the trial ended with.
      case report
      /// Constraints, a grid point or other attributes are not those that the trial ended with, or that follow.
      case attribute
      /// The pruner decides otherwise than the record says.
      case pruning
      /// The trial did not see the trials that its number lets it see.
      case seenSet = "seen set"
      /// The trials that the trial saw are not those on record.
      case seenTrials = "seen trials"
      /// The study file or the options are not those that the trial was suggested by.
      case search
    }

    /// The trial's number.
    public let trial: Int
    /// What differs.
    public let kind: Kind
    /// The parameter or attribute that differs, where it has a name.
    public let name: String?
    /// What would have been expected, in words.
    public let expected: String
    /// What is on record, in words.
    public let found: String
  }

  /// How many trials there are.
  public internal(set) var trials = 0
  /// How many trials at once the study is deterministic with; nil for one that is not, which is taken for a search of one
  /// job.
  public internal(set) var window: Int?
  /// How many trials were suggested again, and pruned again, as they are on record.
  public internal(set) var derived = 0
  /// How many have nothing to derive: they were copied, told by another program, or do not run yet.
  public internal(set) var given = 0
  /// How many could not be derived, since trials that they saw are not as they were.
  public internal(set) var skipped = 0
  /// By ascending number of the trial.
  public internal(set) var differences: [Difference] = []
  /// Why trials were not derived, in words.
  public internal(set) var notes: [String] = []

  /// Whether everything that should follow does.
  public var isSound: Bool { differences.isEmpty && skipped == 0 }
}
