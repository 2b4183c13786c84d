import GRDB
public import SearchSpace
import TrialStorage

/// Chooses rows of a table by a condition in SQL.
///
/// The rows are put into a database in memory, one table for each group of columns, so that a condition may say
/// `state = 'COMPLETE' AND params.rate < 0.01`, or `rate < 0.01` where no other column is called so.
public struct RowFilter {
  /// A column and the group that it belongs to.
  public struct Column: Hashable, Sendable {
    /// The name of its table.
    public let group: String
    /// Its name in the table.
    public let name: String

    /// Makes a column.
    public init(group: String, name: String) {
      self.group = group
      self.name = name
    }
  }

  /// The column by which the tables are joined, which no user's column is called.
  private static let key = "hpo_row"

  private let columns: [Column]

  /// Makes a filter for rows of some columns.
  public init(columns: [Column]) { self.columns = columns }

  /// The positions of the rows for which a condition holds.
  ///
  /// - Parameters:
  ///   - condition: An expression of SQLite.
  ///   - rows: A value a column; nil is NULL.
  /// - Throws: `StorageError.invalidValue` with SQLite's message and the columns that there are.
  public func positions(where condition: String, in rows: [[JSONValue?]]) throws -> [Int] {
    let groups = columns.reduce(into: [String]()) { if !$0.contains($1.group) { $0.append($1.group) } }
    var configuration = Configuration()
    // A shell's single quotes leave double ones for texts.
    configuration.acceptsDoubleQuotedStringLiterals = true
    do {
      return try DatabaseQueue(configuration: configuration).write { database in
        for group in groups { try fill(group, rows, database) }
        let tables = groups.dropFirst().reduce((groups.first ?? "").quotedIdentifier) {
          "\($0) JOIN \($1.quotedIdentifier) USING (\(Self.key))"
        }
        let first = (groups.first ?? "").quotedIdentifier
        return try Int.fetchAll(
          database, sql: "SELECT \(first).\(Self.key) FROM \(tables) WHERE (\(condition)\n) ORDER BY 1")
      }
    } catch let error as DatabaseError {
      let names = columns.map { $0.group == groups.first ? $0.name : "\($0.group).\($0.name)" }
      throw StorageError(
        .invalidValue,
        "the condition '\(condition)' cannot be used: \(error.message ?? "unknown error"); the columns are "
          + names.joined(separator: ", "))
    }
  }

  private func fill(_ group: String, _ rows: [[JSONValue?]], _ database: Database) throws {
    let places = columns.indices.filter { columns[$0].group == group }
    let names = places.map { columns[$0].name.quotedIdentifier }
    let table = group.quotedIdentifier
    try database.execute(
      sql: "CREATE TABLE \(table) (\(([Self.key + " INTEGER PRIMARY KEY"] + names).joined(separator: ", ")))")
    let marks = Array(repeating: "?", count: places.count + 1).joined(separator: ", ")
    let insert = try database.makeStatement(sql: "INSERT INTO \(table) VALUES (\(marks))")
    for (position, row) in rows.enumerated() {
      try insert.execute(arguments: StatementArguments([position.databaseValue] + places.map { row[$0].databaseValue }))
    }
  }
}

extension JSONValue? {
  fileprivate var databaseValue: DatabaseValue {
    switch self {
    case nil, .null: .null
    case .bool(let value): value.databaseValue
    case .int(let value): value.databaseValue
    case .double(let value): value.databaseValue
    case .string(let value): value.databaseValue
    case .some(let other): other.serialized().databaseValue
    }
  }
}
