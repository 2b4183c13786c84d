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
