/// What an examination of a study database found.
public struct DatabaseReport: Sendable {
  /// A rule that is broken.
  public struct Finding: Sendable {
    /// A place where the rule is broken.
    public struct Breach: Sendable, Hashable {
      /// The study, trial or row.
      public let place: String
      /// What is there.
      public let found: String
    }

    /// The name of the rule.
    public let rule: String
    /// Whether some program reads the file wrongly or not at all; else it is only worth knowing.
    public let isFault: Bool
    /// What a sound database has.
    public let demand: String
    /// What the breach does in Optuna, in its dashboards, and here.
    public let optuna: String
    public let dashboard: String
    public let hpo: String
    /// What the repair does or did; what the user can do where there is none.
    public let remedy: String
    /// Whether there is a repair.
    public let isRepairable: Bool
    /// The first places.
    public let breaches: [Breach]
    /// How many places there are.
    public let count: Int
    /// Whether the rule holds now.
    public internal(set) var isRepaired = false
  }

  /// The broken rules, in the order in which they are checked.
  public internal(set) var findings: [Finding] = []
  /// How many rules were checked.
  public internal(set) var checkedRules = 0
  /// How many studies and trials the file has.
  public internal(set) var studies = 0
  public internal(set) var trials = 0
  /// The copy that was made before the repair; nil where there was none to make.
  public internal(set) var backup: String?

  /// How many places of a finding are kept.
  static let shownBreaches = 1000

  /// Whether a fault is there still.
  public var hasFaults: Bool { findings.contains { $0.isFault && !$0.isRepaired } }
}
