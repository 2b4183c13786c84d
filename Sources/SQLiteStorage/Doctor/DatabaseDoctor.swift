import Foundation
import GRDB
import TrialStorage
import Trials

/// Checks a study database against all that its readers rely on, and mends what is broken.
///
/// The rules are `DatabaseRule.all`; Documentation/StudyDatabase.md lists them.
public struct DatabaseDoctor {
  private let file: DatabaseFile
  private let readers: DocumentReaders

  /// Opens a file, without changing it.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - isStudyFile: Whether a text can be read as a study file, of which the storage knows nothing; true for all where it is
  ///     not given.
  ///   - mistakeInOptions: What is wrong with the options of a search that a study keeps, a JSON object; nil for nothing.
  /// - Throws: `StorageError` where the file is missing, is no study database, or of another version.
  public init(
    path: String, isStudyFile: @escaping @Sendable (String) -> Bool = { _ in true },
    mistakeInOptions: @escaping @Sendable (String) -> String? = { _ in nil }
  ) throws {
    readers = DocumentReaders(isStudyFile: isStudyFile, mistakeInOptions: mistakeInOptions)
    try SQLiteStorage.checkPath(path, opening: .existing)
    file = try DatabaseFile(path: path)
    do {
      try file.read { connection in
        let inspection = try SchemaInspection(connection)
        guard !inspection.isEmpty else {
          throw StorageError(.unsupportedFile, "'\(path)' is an empty database; there is nothing to examine")
        }
        try inspection.check(connection, path: path)
      }
    } catch {
      try? file.close()
      throw error
    }
  }

  /// Gives the file back, in a rollback journal where nobody else has it open.
  public func close() throws { try file.close() }

  /// Checks every rule.
  public func examine() throws -> DatabaseReport {
    try file.read { connection in
      DoctorFunctions.add(to: connection, readers)
      var report = try Self.report(connection)
      let journal = try connection.firstRow("PRAGMA journal_mode") { $0.text(0) } ?? nil
      if journal == "wal" { report.findings.append(.writeAheadLog) }
      return report
    }
  }

  /// Checks every rule, copies the file where one is broken that can be mended, and mends it; all in one transaction.
  ///
  /// - Parameter backup: The path of the copy, where there must be no file yet.
  /// - Returns: What was broken, and what of it is mended.
  /// - Throws: `StorageError.inaccessible` where the copy cannot be made; nothing is mended then.
  public func repair(backup: String) throws -> DatabaseReport {
    let found = try examine()
    // So that the file has a rollback journal once it is closed.
    try file.useWriteAheadLog()
    guard found.findings.contains(where: \.isRepairable) else { return found }
    guard !FileManager.default.fileExists(atPath: backup) else {
      throw StorageError(.inaccessible, "there is a file '\(backup)' already; give the path of a new one for the copy")
    }
    try file.copy(to: backup)
    var report = try file.write(.full) { connection in
      DoctorFunctions.add(to: connection, readers)
      return try Self.mend(connection, found)
    }
    report.backup = backup
    return report
  }

  /// Mends what is broken, and tells what was found before.
  static func mend(_ connection: Connection, _ found: DatabaseReport) throws -> DatabaseReport {
    var tables = try tables(connection)
    for rule in DatabaseRule.all where !rule.repair.isEmpty {
      guard try finding(rule, tables, connection) != nil else { continue }
      for statement in rule.repair { try connection.executeOnce(statement) }
      tables = try Self.tables(connection)
    }
    if tables.contains("hpo_study_revisions") {
      // Whoever has read the trials reads them again.
      try connection.executeOnce(
        """
        INSERT INTO hpo_study_revisions (study_id, revision) SELECT study_id, 1 FROM studies WHERE true
        ON CONFLICT (study_id) DO UPDATE SET revision = revision + 1
        """)
    }
    let left = Set(try report(connection).findings.map(\.rule))
    var mended = found
    for index in mended.findings.indices {
      mended.findings[index].isRepaired = !left.contains(mended.findings[index].rule)
    }
    return mended
  }

  /// Checks every rule on a connection that has the doctor's functions.
  static func report(_ connection: Connection) throws -> DatabaseReport {
    var report = DatabaseReport()
    let tables = try tables(connection)
    for rule in DatabaseRule.all {
      if let finding = try finding(rule, tables, connection) { report.findings.append(finding) }
    }
    report.checkedRules = DatabaseRule.all.count
    report.studies = try count("studies", connection)
    report.trials = try count("trials", connection)
    return report
  }

  private static func finding(
    _ rule: DatabaseRule, _ tables: Set<String>, _ connection: Connection
  ) throws -> DatabaseReport.Finding? {
    guard tables.isSuperset(of: rule.tables), !(rule.absentTable.map(tables.contains) ?? false) else { return nil }
    var breaches: [DatabaseReport.Finding.Breach] = []
    var count = 0
    try connection.forEachRow(rule.breaches) { row in
      count += 1
      guard breaches.count < DatabaseReport.shownBreaches else { return }
      breaches.append(.init(place: row.text(0) ?? row.description(0), found: row.text(1) ?? row.description(1)))
    }
    guard count > 0 else { return nil }
    return DatabaseReport.Finding(
      rule: rule.name, isFault: rule.severity == .fault, demand: rule.demand, optuna: rule.effects.optuna,
      dashboard: rule.effects.dashboard, hpo: rule.effects.hpo, remedy: rule.remedy, isRepairable: !rule.repair.isEmpty,
      breaches: breaches, count: count)
  }

  /// The tables whose columns can be relied on.
  private static func tables(_ connection: Connection) throws -> Set<String> {
    var tables: Set<String> = []
    try connection.forEachRow("SELECT name FROM sqlite_master WHERE type = 'table'") { row in
      if let name = row.text(0) { tables.insert(name) }
    }
    var columns: [String: Set<String>] = [:]
    try connection.forEachRow(
      "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name GLOB 'hpo_*'"
    ) { row in
      if let table = row.text(0), let name = row.text(1) { columns[table, default: []].insert(name) }
    }
    for (table, names) in OwnSchema.columns where !names.isSubset(of: columns[table] ?? []) { tables.remove(table) }
    return tables
  }

  private static func count(_ table: String, _ connection: Connection) throws -> Int {
    guard try tables(connection).contains(table) else { return 0 }
    return try connection.firstRow("SELECT count(*) FROM \(table)") { Int($0.int(0) ?? 0) } ?? 0
  }
}

extension DatabaseReport.Finding {
  /// What is found in a file that a program has open, or that one left behind when it was killed.
  fileprivate static let writeAheadLog = DatabaseReport.Finding(
    rule: "journal", isFault: false, demand: "a file that nobody has open has a rollback journal", optuna: "nothing",
    dashboard: "those in a browser and in an editor cannot open the file", hpo: "nothing",
    remedy: "the last program to close the file changes it; so does --repair where nobody else has it open",
    isRepairable: false, breaches: [Breach(place: "the file", found: "a write-ahead log")], count: 1)
}
