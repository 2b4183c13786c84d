/// The trials of one study as a table: a row a trial, a column a parameter.
///
/// Columns: `number`, `state`, the objectives by their names (the only one is `value` unless it has a name), each
/// parameter with the value that a user sees, each user attribute, `seconds`, `started`, `completed`, `excluded` (the
/// reason, where the file has exclusions) and `trial_id`. A name that is taken already gets `params.` or `attributes.` in
/// front.
struct StudyView {
  /// A study whose view is asked for.
  struct Subject {
    var id: Int64
    var objectives: [String]
    var parameters: [String]
    var attributes: [String]
    var hasExclusions: Bool
  }

  /// The most columns that SQLite permits, less those that every view has.
  private static let mostNames = 1900

  private let subject: Subject

  init(_ subject: Subject) { self.subject = subject }

  /// The statement that selects the rows.
  var sql: String {
    var names: Set<String> = ["number", "state", "seconds", "started", "completed", "excluded", "trial_id"]
    var columns = ["t.number AS number", "t.state AS state"]
    func add(_ expression: String, _ name: String, group: String) {
      guard columns.count < Self.mostNames else { return }
      var candidate = name
      while !names.insert(candidate.lowercased()).inserted { candidate = "\(group).\(candidate)" }
      columns.append("\(expression) AS \(candidate.quotedIdentifier)")
    }
    for (objective, name) in subject.objectives.enumerated() {
      add(
        """
        (SELECT CASE v.value_type WHEN 'INF_POS' THEN 9e999 WHEN 'INF_NEG' THEN -9e999 ELSE v.value END \
        FROM trial_values v WHERE v.trial_id = t.trial_id AND v.objective = \(objective))
        """, name, group: "values")
    }
    for name in subject.parameters {
      add(
        """
        (SELECT \(Self.external) FROM trial_params p \
        WHERE p.trial_id = t.trial_id AND p.param_name = \(name.quotedText))
        """, name, group: "params")
    }
    for name in subject.attributes {
      add(
        """
        (SELECT CASE WHEN json_valid(a.value_json) THEN json_extract(a.value_json, '$') ELSE a.value_json END \
        FROM trial_user_attributes a WHERE a.trial_id = t.trial_id AND a."key" = \(name.quotedText))
        """, name, group: "attributes")
    }
    columns.append(
      "(\(Self.microseconds("t.datetime_complete")) - \(Self.microseconds("t.datetime_start"))) / 1e6 AS seconds")
    columns += ["t.datetime_start AS started", "t.datetime_complete AS completed"]
    if subject.hasExclusions {
      columns.append(
        """
        (SELECT e.reason FROM hpo_trial_exclusions e \
        WHERE e.study_id = t.study_id AND e.trial_id = t.trial_id) AS excluded
        """)
    }
    columns.append("t.trial_id AS trial_id")
    return "SELECT \(columns.joined(separator: ", ")) FROM trials t WHERE t.study_id = \(subject.id)"
  }

  /// The microseconds of a moment since 1970, of which SQLite's own functions know only the milliseconds.
  private static func microseconds(_ column: String) -> String {
    "(strftime('%s', substr(\(column), 1, 19)) * 1000000 "
      + "+ CAST(round(('0' || substr(\(column), 20, 7)) * 1e6) AS INTEGER))"
  }

  /// The value of a parameter as a user sees it. Choices with NaN or infinities are no JSON to SQLite; their place among
  /// the choices stands for them.
  private static let external = """
    CASE WHEN NOT json_valid(p.distribution_json) THEN p.param_value ELSE \
    CASE json_extract(p.distribution_json, '$.name') \
    WHEN 'CategoricalDistribution' THEN \
    json_extract(p.distribution_json, '$.attributes.choices[' || CAST(p.param_value AS INTEGER) || ']') \
    WHEN 'IntDistribution' THEN CAST(p.param_value AS INTEGER) \
    WHEN 'IntUniformDistribution' THEN CAST(p.param_value AS INTEGER) \
    WHEN 'IntLogUniformDistribution' THEN CAST(p.param_value AS INTEGER) \
    ELSE p.param_value END END
    """
}

extension String {
  /// The text as an identifier of SQL.
  var quotedIdentifier: String { "\"" + replacing("\"", with: "\"\"") + "\"" }

  /// The text as a text of SQL.
  var quotedText: String { "'" + replacing("'", with: "''") + "'" }
}
