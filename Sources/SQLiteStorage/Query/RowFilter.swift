import GRDB
public import SearchSpace
import Spelling
import TrialStorage

/// Chooses rows of a table by a condition in SQL, which is compiled once.
///
/// The rows are put into a database in memory, one table for each group of columns, so that a condition may say
/// `state = 'COMPLETE' AND params.rate < 0.01`, or `rate < 0.01` where no group before has a column of that name.
public final class RowFilter: Sendable {
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

  /// A group of columns, which is a table.
  private struct Group {
    var name: String
    var table: String { name.quotedIdentifier }
    /// The places of its columns in a row.
    var places: [Int] = []
    var insertion = ""
  }

  /// The column by which the tables are joined, which no user's column is called.
  private static let key = "hpo_row"

  private let condition: String
  private let columns: [Column]
  private let groups: [Group]
  private let selection: String
  private let queue: DatabaseQueue

  /// Makes a filter for rows of some columns.
  ///
  /// - Parameters:
  ///   - columns: Of two whose names differ in capitals alone, the first one counts. A name without a group is that of the
  ///     first group that has it.
  ///   - condition: An expression of SQLite.
  ///   - texts: What the texts of some columns can be, so that a comparison with another one is refused.
  /// - Throws: `StorageError.invalidValue` with what is wrong and the columns that there are.
  public init(columns: [Column], condition: String, texts: [Column: [String]] = [:]) throws {
    self.columns = columns
    self.condition = condition
    let groups = Self.groups(of: columns)
    let selection = Self.selection(from: groups, where: condition)
    var configuration = Configuration()
    // A shell's single quotes leave double ones for texts. SQLite takes any name that it does not know for one, though.
    if let complaint = ConditionCheck(condition, columns: columns, texts: texts).complaint {
      throw Self.refusal(of: condition, columns, complaint)
    }
    configuration.acceptsDoubleQuotedStringLiterals = true
    do {
      queue = try DatabaseQueue(configuration: configuration)
      try queue.write { database in
        for group in groups {
          let names = [Self.key + " INTEGER PRIMARY KEY"] + group.places.map { columns[$0].name.quotedIdentifier }
          try database.execute(sql: "CREATE TABLE \(group.table) (\(names.joined(separator: ", ")))")
        }
        try Self.check(condition, groups, in: database)
        _ = try database.cachedStatement(sql: selection)
      }
    } catch {
      throw Self.refusal(of: condition, columns, error)
    }
    self.groups = groups
    self.selection = selection
  }

  /// The positions of the rows for which the condition holds.
  ///
  /// - Parameter rows: A value a column; nil is NULL.
  /// - Throws: `StorageError.invalidValue` where the condition cannot be evaluated.
  public func positions(in rows: [[JSONValue?]]) throws -> [Int] {
    do {
      return try queue.write { database in
        for group in groups {
          try database.cachedStatement(sql: "DELETE FROM \(group.table)").execute()
          let insert = try database.cachedStatement(sql: group.insertion)
          for (position, row) in rows.enumerated() {
            try insert.execute(
              arguments: StatementArguments([position.databaseValue] + group.places.map { row[$0].databaseValue }))
          }
        }
        return try Int.fetchAll(try database.cachedStatement(sql: selection))
      }
    } catch {
      throw Self.refusal(of: condition, columns, error)
    }
  }

  private static func groups(of columns: [Column]) -> [Group] {
    var groups: [Group] = []
    var names: Set<Column> = []
    for (place, column) in columns.enumerated() {
      let index = groups.firstIndex { $0.name == column.group } ?? groups.count
      if index == groups.count { groups.append(Group(name: column.group)) }
      // SQLite tells no capitals apart in names.
      guard names.insert(Column(group: column.group, name: column.name.lowercased())).inserted else { continue }
      groups[index].places.append(place)
    }
    for index in groups.indices {
      let marks = repeatElement("?", count: groups[index].places.count + 1).joined(separator: ", ")
      groups[index].insertion = "INSERT INTO \(groups[index].table) VALUES (\(marks))"
    }
    return groups
  }

  /// Selects the rows with the condition in the scope of the first group, which lies in that of the second, and so on: SQL
  /// looks for a name from the inside out.
  private static func selection(from groups: [Group], where condition: String) -> String {
    var test = "(\(condition)\n)"
    for (inner, outer) in zip(groups, groups.dropFirst()) {
      test = """
        EXISTS (SELECT 1 FROM \(inner.table) WHERE \(inner.table).\(key) = \(outer.table).\(key) AND \(test))
        """
    }
    let last = groups.last?.table ?? "".quotedIdentifier
    return "SELECT \(last).\(key) FROM \(last) WHERE \(test) ORDER BY 1"
  }

  /// Compiles a condition by itself, behind which nothing stands: so a bracket too many closes none, and a complaint names
  /// nothing that the user did not type.
  private static func check(_ condition: String, _ groups: [Group], in database: Database) throws {
    let tables = groups.map(\.table).joined(separator: ", ")
    do {
      _ = try database.makeStatement(sql: "SELECT 1 FROM \(tables) WHERE \(condition)")
    } catch let error as DatabaseError where error.message?.hasPrefix("ambiguous column name") == true {
      // Names are looked up once all is read, and the selection knows which one is meant.
    }
  }

  private static func refusal(of condition: String, _ columns: [Column], _ error: any Error) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    let message = error.message ?? "unknown error"
    guard let unknown = message.wholeMatch(of: /no such column: (.*)/)?.output.1 else {
      return refusal(of: condition, columns, message)
    }
    let names = columns.map { unknown.contains(".") ? "\($0.group).\($0.name)" : $0.name }
    let nearest = NearestName.find(String(unknown), among: names)
    return refusal(of: condition, columns, message, hint: nearest.map { "; did you mean '\($0)'?" } ?? "")
  }

  private static func refusal(
    of condition: String, _ columns: [Column], _ complaint: String, hint: String = ""
  ) -> StorageError {
    let names = columns.map { $0.group == columns.first?.group ? $0.name : "\($0.group).\($0.name)" }
    let list = complaint.hasSuffix("?") ? " The columns are" : "; the columns are"
    return StorageError(
      .invalidValue,
      "the condition '\(condition)' cannot be used: \(complaint)\(list) \(names.joined(separator: ", "))\(hint)")
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
