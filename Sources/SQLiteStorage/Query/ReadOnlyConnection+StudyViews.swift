import GRDBSQLite
import OrderedCollections
import SearchSpace
import Spelling
import TrialStorage
import Trials

extension ReadOnlyConnection {
  /// Makes the views that a statement asks for: `study_7` is the study of id 7, `study` the one of a name or the only one.
  ///
  /// - Parameter name: The study that `study` stands for; nil for the only one.
  /// - Throws: `StorageError.studyNotFound` for a name that no study has; `invalidValue` where `study` is asked for and
  ///   may be one of several.
  func makeStudyViews(for sql: String, study name: String?) throws {
    let words = Set(
      sql.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")) }.map(String.init))
    let wanted = words.filter { $0 == "study" || Int64($0.trimmingPrefix("study_")) != nil && $0.hasPrefix("study_") }
    // Other files may be queried as well.
    guard !wanted.isEmpty, try texts("SELECT name FROM main.sqlite_master WHERE name = 'studies'") == ["studies"] else {
      if let name {
        throw StorageError(.studyNotFound, "there is no study '\(name.inMessage)': '\(path)' has no studies")
      }
      return
    }
    let studies = zip(
      try texts("SELECT study_id FROM studies ORDER BY study_id"),
      try texts("SELECT study_name FROM studies ORDER BY study_id")
    ).compactMap { id, name in Int64(id).map { (id: $0, name: name) } }
    try execute("PRAGMA temp_store = MEMORY")
    for word in wanted.sorted() where word != "study" {
      guard let study = studies.first(where: { word == "study_\($0.id)" }) else { continue }
      try makeView(word, of: study.id)
    }
    let named = name.map { name in studies.filter { $0.name == name } }
    if let name, named?.isEmpty ?? true {
      throw StorageError(
        .studyNotFound,
        "there is no study '\(name.inMessage)'; there are \(studies.map { "'\($0.name.inMessage)'" }.joined(separator: ", "))"
      )
    }
    let candidates = named ?? studies
    guard wanted.contains("study") else { return }
    guard candidates.count == 1 else {
      if candidates.isEmpty { return }
      let views = studies.prefix(8).map { "study_\($0.id) for '\($0.name.inMessage)'" }.joined(separator: ", ")
      throw StorageError(
        .invalidValue, "'study' may be any of \(studies.count) studies; give --study NAME, or write \(views)")
    }
    try makeView("study", of: candidates[0].id)
  }

  private func makeView(_ name: String, of id: Int64) throws {
    let tables = Set(try texts("SELECT name FROM main.sqlite_master WHERE type = 'table'"))
    let needed = ["trials", "trial_params", "trial_values", "trial_user_attributes", "study_system_attributes"]
    guard needed.allSatisfy(tables.contains) else { return }
    let metrics = try texts(
      """
      SELECT value_json FROM study_system_attributes WHERE study_id = \(id) AND "key" = '\(StudyRecord.metricNamesKey)'
      """)
    var record = StudyRecord(id: id, name: "", directions: [])
    let count = try texts("SELECT 1 FROM study_directions WHERE study_id = \(id)").count
    record.directions = Array(repeating: .minimize, count: max(1, count))
    record.systemAttributes[StudyRecord.metricNamesKey] = metrics.first.flatMap { try? JSONValue(parsing: $0) }
    let subject = StudyView.Subject(
      id: id, objectives: record.metricNames,
      parameters: try names("param_name", in: "trial_params", of: id),
      attributes: try names("\"key\"", in: "trial_user_attributes", of: id),
      hasExclusions: tables.contains("hpo_trial_exclusions"))
    try execute("CREATE TEMP VIEW \(name) AS \(StudyView(subject).sql)")
  }

  /// The names in a table of a study's trials, in the order in which they came first.
  private func names(_ column: String, in table: String, of study: Int64) throws -> [String] {
    try texts(
      """
      SELECT \(column) FROM \(table) WHERE trial_id IN (SELECT trial_id FROM trials WHERE study_id = \(study)) \
      AND \(column) IS NOT NULL GROUP BY 1 ORDER BY min(rowid)
      """)
  }
}
