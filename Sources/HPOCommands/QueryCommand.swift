import ArgumentParser
import HPO

struct QueryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query",
    abstract: "Runs one SQL statement that reads the study database.",
    discussion: """
      The tables are Optuna's (studies, trials, trial_params, trial_values, trial_intermediate_values, …). The view \
      'study' shows one study as a table: a row a trial, a column a parameter; 'study_7' does so for the study of id 7. A \
      statement that would write is refused.

      Examples:
        hpo query 'SELECT number, value, learningRate FROM study WHERE depth > 2 ORDER BY value DESC LIMIT 5'
        hpo query --study digits-mlp 'SELECT optimizer, avg(value) FROM study GROUP BY optimizer'
        hpo query 'SELECT state, count(*) AS trials FROM trials GROUP BY state'
        hpo query 'SELECT number, value FROM trials JOIN trial_values USING (trial_id) ORDER BY value DESC LIMIT 5'
        hpo query --format csv 'SELECT * FROM trial_params' > params.csv
      """)

  @OptionGroup var storage: StorageOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "The study that the view 'study' shows. (default: the only one there is)")
  var study: String?

  @Option(
    parsing: .unconditional, help: "At most so many rows. (default: 100000 of a table, all as JSON and CSV)")
  var limit: Int?

  /// What a terminal is spared.
  private static let tableLimit = 100_000

  @Argument(help: "The statement.")
  var sql: String

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit \(limit): at least 1 is needed") }
  }

  func run() throws {
    guard case .file(let path) = try StorageLocation(parsing: storage.location) else {
      throw ValidationError("a storage in memory is empty; give a file")
    }
    let query = StudyQuery(path: path, study: study)
    let isCut = output.format == .table ? try writeTable(query) : try writeRows(query)
    if let isCut { Terminal.writeError("there are more rows than \(isCut); --limit shows them\n") }
  }

  /// Writes a table, whose columns are as wide as its rows demand; returns after how many rows it was cut.
  private func writeTable(_ query: StudyQuery) throws -> Int? {
    let limit = limit ?? Self.tableLimit
    var table = ResultTable(columns: [])
    var isCut = false
    try query.run(sql) { names in
      table.columns = Self.unique(names).map { .init($0) }
    } row: { values in
      isCut = table.rows.count == limit
      if !isCut { table.rows.append(values.map(\.json)) }
      return isCut ? .stop : .goOn
    }
    Terminal.write(table.formatted(.table, width: Terminal.outputWidth))
    return isCut ? limit : nil
  }

  /// Writes rows as they come; returns after how many of them that ended.
  private func writeRows(_ query: StudyQuery) throws -> Int? {
    var writer = RowWriter(columns: [], isJSON: output.format == .json, to: Terminal.write)
    var count = 0
    var isCut = false
    try query.run(sql) { names in
      writer = RowWriter(
        columns: Self.unique(names).map { .init($0) }, isJSON: output.format == .json, to: Terminal.write)
    } row: { values in
      if let limit, count == limit {
        isCut = true
        return .stop
      }
      count += 1
      try writer.write(values.map(\.json))
      return .goOn
    }
    try writer.finish()
    return isCut ? count : nil
  }

  /// Names of which none occurs twice, as keys of an object need it.
  private static func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.map { name in
      var candidate = name
      var count = 1
      while !seen.insert(candidate).inserted {
        count += 1
        candidate = "\(name)_\(count)"
      }
      return candidate
    }
  }
}

extension QueryValue {
  /// The value as JSON, bytes in hexadecimal.
  fileprivate var json: JSONValue? {
    switch self {
    case .null: nil
    case .int(let value): .int(Int(value))
    case .double(let value): .double(value)
    case .text(let value): .string(value)
    case .blob(let bytes): .string(bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }
  }
}
