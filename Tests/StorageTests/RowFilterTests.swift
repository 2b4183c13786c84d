import SQLiteStorage
import SearchSpace
import Testing
import TrialStorage

@Suite("RowFilter")
struct RowFilterTests {
  private static let columns = [
    ("trials", "number"), ("trials", "state"), ("values", "value"), ("params", "state"), ("params", "value"),
    ("params", "rate"), ("userAttributes", "rate"), ("userAttributes", "size"), ("trials", "note"),
  ].map { RowFilter.Column(group: $0.0, name: $0.1) }

  private static let rows: [[JSONValue?]] = [
    [0, "COMPLETE", 0.5, "solid", 9, 1, 100, 7, nil],
    [1, "FAIL", nil, "liquid", 0.1, 2, 200, nil, "odd"],
    [2, "COMPLETE", 0.1, "COMPLETE", 8, 3, nil, nil, nil],
  ]

  @Test(
    "a bare name is that of the first group that has it, and a group in front means its own",
    arguments: [
      ("state = 'COMPLETE'", [0, 2]), ("state = \"COMPLETE\"", [0, 2]), ("params.state = 'COMPLETE'", [2]),
      ("trials.state = 'FAIL' AND params.state = 'liquid'", [1]), ("value < 0.3", [2]), ("params.value < 0.3", [1]),
      ("rate > 2", [2]), ("userAttributes.rate > 100", [1]), ("size = 7 AND params.rate = number + 1", [0]),
      ("note IS NULL -- and no more", [0, 2]), ("STATE = 'FAIL' OR Size > 6", [0, 1]),
      ("number = (SELECT max(n) FROM (SELECT 1 AS n UNION SELECT 0))", [1]), ("1", [0, 1, 2]), ("NULL", []),
    ])
  func names(condition: String, expected: [Int]) throws {
    #expect(try RowFilter(columns: Self.columns, condition: condition).positions(in: Self.rows) == expected)
  }

  @Test(
    "a text may stand in double quotes where a text has a sense, and a column where it is one",
    arguments: [
      ("\"state\" = \"FAIL\"", [1]), ("\"COMPLETE\" = state", [0, 2]),
      ("state IN (\"FAIL\", \"COMPLETE\")", [0, 1, 2]),
      ("\"params\".\"value\" < 0.3", [1]), ("\"value\" < 0.3", [2]), ("params.state LIKE \"sol%\"", [0]),
      ("params.state IS NOT \"solid\"", [1, 2]), ("instr(params.state, \"qui\")", [1]), ("note = \"od\" || \"d\"", [1]),
      ("params.state > \"l\" AND state <> \"\"", [0, 1]), ("params.state BETWEEN \"l\" AND \"m\"", [1]),
      ("CASE state WHEN \"FAIL\" THEN 1 ELSE 0 END", [1]), ("[state] == 'FAIL' /* \"x\" < 1 */", [1]),
      ("note = 'it''s \"valeu\" < 1'", []), ("(SELECT 1 AS \"few\") = 1 AND \"rowid\" = 1", [1]),
    ])
  func doubleQuotes(condition: String, expected: [Int]) throws {
    #expect(try RowFilter(columns: Self.columns, condition: condition).positions(in: Self.rows) == expected)
  }

  @Test(
    "a column that is misspelt in double quotes is no text, and a state that there is not is none",
    arguments: [
      ("\"valeu\" < 0.02", "there is no column \"valeu\"; did you mean 'value'?"), ("0.02 > \"valeu\"", "'value'"),
      ("\"los\" < 0.02", "there is no column \"los\"; a text"), ("\"valeu\" = 0.5", "'value'"),
      ("0.5 = \"los\"", "\"los\""),
      ("state = \"FAIL\" AND \"los\" < 1", "\"los\""), ("value < \"vale\"", "'value'"), ("abs(\"rats\") > 1", "'rate'"),
      ("value BETWEEN 0 AND 1 OR NOT \"los\"", "\"los\""), ("\"los\" + 1 < 2", "\"los\""), ("-\"los\" < 2", "\"los\""),
      ("valeu < 0.02", "no such column: valeu; the columns are"), ("valeu < 0.02", "did you mean 'value'?"),
      ("params.rats < 1", "did you mean 'params.rate'?"), ("value < 1; DROP TABLE trials", "one expression"),
      ("state = 'COMPLET'", "state is never 'COMPLET'; did you mean 'COMPLETE'? The columns are"),
      ("state == \"fail\"", "'FAIL'"),
      ("trials.state NOT IN ('COMPLETE', 'FAILED')", "never 'FAILED'"),
      ("STATE IS NOT 'DONE'", "one of COMPLETE, FAIL"),
    ])
  func misspelt(condition: String, complaint: String) throws {
    let error = #expect(throws: StorageError.self) {
      _ = try RowFilter(
        columns: Self.columns, condition: condition, texts: [Self.columns[1]: ["COMPLETE", "FAIL"]])
    }
    #expect(error?.code == .invalidValue && error?.message.contains(complaint) == true, "\(error?.message ?? "")")
  }

  @Test("only the column whose texts are known has none but these")
  func otherTexts() throws {
    let filter = try RowFilter(
      columns: Self.columns, condition: "params.state = 'liquid' AND state = 'FAIL'",
      texts: [Self.columns[1]: ["COMPLETE", "FAIL"]])
    #expect(try filter.positions(in: Self.rows) == [1])
  }

  @Test(
    "what is not one expression is refused, with a complaint about nothing else",
    arguments: [
      "value < 0) OR (1 = 1", "state = 'x') OR (state = 'x'", "1))", "1 LIMIT 1", "1 ORDER BY 1", "1 UNION SELECT 1",
      "1; DROP TABLE trials", "value <", "(value", "'x", "/* never closed", "", "max(value) > 0", "absent = 1",
      "params.absent = 1", "params.note IS NULL",
    ])
  func refused(condition: String) throws {
    let error = #expect(throws: StorageError.self) {
      _ = try RowFilter(columns: Self.columns, condition: condition).positions(in: Self.rows)
    }
    #expect(error?.code == .invalidValue)
    let complaint = error?.message.replacing("'\(condition)'", with: "") ?? ""
    #expect(!complaint.contains("EXISTS") && !complaint.contains("hpo_row"), "\(complaint)")
  }
}
