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

  @Option(parsing: .unconditional, help: "At most so many rows.")
  var limit: Int = 100_000

  @Argument(help: "The statement.")
  var sql: String

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit \(limit): at least 1 is needed") }
  }

  func run() throws {
    guard case .file(let path) = try StorageLocation(parsing: storage.location) else {
      throw ValidationError("a storage in memory is empty; give a file")
    }
    var table = ResultTable(columns: [])
    var isCut = false
    try StudyQuery(path: path, study: study).run(sql) { names in
      table.columns = Self.unique(names).map { .init($0) }
    } row: { values in
      isCut = table.rows.count == limit
      if !isCut { table.rows.append(values.map(\.json)) }
      return isCut ? .stop : .goOn
    }
    Terminal.write(table.formatted(output.format, width: Terminal.outputWidth))
    if isCut { Terminal.writeError("there are more rows than \(limit); --limit shows them\n") }
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
