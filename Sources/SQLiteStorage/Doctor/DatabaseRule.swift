/// One rule that a sound study database keeps, as statements of SQL: how to find what breaks it, and how to mend that.
///
/// The statements may call the functions of `DoctorFunctions`.
struct DatabaseRule: Sendable {
  /// How much a breach matters.
  enum Severity: String, Sendable {
    /// Some program reads the file wrongly or not at all.
    case fault
    /// Everything is read; something is slower than need be, or worth knowing.
    case note
  }

  /// The name by which reports call the rule.
  let name: String
  var severity = Severity.fault
  /// What a sound database has.
  let demand: String
  /// What a breach does in each program.
  let effects: Effects
  /// The tables that the statements need; the rule is not checked where one is missing.
  let tables: [String]
  /// A table where which is there the rule is not checked, since another one takes its place.
  var absentTable: String?
  /// Selects a row a breach: where it is, and what is found there.
  let breaches: String
  /// Mends all breaches; empty where nobody but the user can.
  var repair: [String] = []
  /// What the repair does, or what the user can do.
  let remedy: String

  /// What a breach does in Optuna, in its dashboards and here.
  struct Effects: Sendable {
    let optuna: String
    let dashboard: String
    let hpo: String

    init(optuna: String, dashboard: String, hpo: String) {
      self.optuna = optuna
      self.dashboard = dashboard
      self.hpo = hpo
    }

    /// No other program looks at it.
    init(hpo: String) { self.init(optuna: "nothing", dashboard: "nothing", hpo: hpo) }

    /// A whole study cannot be loaded by Optuna, nor by its dashboards.
    static func unreadable(_ error: String, hpo: String) -> Effects {
      Effects(optuna: "\(error), the whole study cannot be loaded", dashboard: "error 500", hpo: hpo)
    }
  }
}

extension DatabaseRule {
  /// All rules, in the order in which they are checked and mended: what later ones rely on comes first.
  static let all: [DatabaseRule] =
    schema + ownSchema + deletions + studies + texts + orphans + trials + attributes + parameters + twins + values
    + ownTables

  /// SQL for the place of a row of `trials t`.
  static let trialPlace = "printf('study %s, trial %s (id %s)', t.study_id, ifnull(t.number, '?'), t.trial_id)"
}
