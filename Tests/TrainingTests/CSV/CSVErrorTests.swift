import Testing

@testable import Training

@Suite("Errors of CSV files")
struct CSVErrorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let code: DatasetError.Code
    let line: Int?
    let column: Int?
    let words: String
    var options = CSVOptions()

    init(
      _ text: String, _ code: DatasetError.Code, line: Int? = nil, column: Int? = nil, words: String = "",
      options: CSVOptions = CSVOptions()
    ) {
      (self.text, self.code, self.line, self.column) = (text, code, line, column)
      (self.words, self.options) = (words, options)
    }

    var testDescription: String { "\(code) in \(text.debugDescription)" }
  }

  static let twoClasses = CSVOptions(limits: CSVLimits(classes: 2))

  static let cases: [Case] = [
    Case("", .empty, words: "empty"),
    Case("\n \n", .empty),
    Case("a,y\n", .empty, words: "no row"),
    Case("y\n1\n", .empty, line: 1, words: "no column of features"),
    Case("a,y\n1,p\n,q\n", .missingValue, line: 3, column: 1, words: "\"a\""),
    Case("a,y\n1,p\n2,\n", .missingValue, line: 3, column: 2, words: "\"y\""),
    Case("a,y\n1,p\nNaN,q\n", .missingValue, line: 3, column: 1),
    Case(
      "size,y\n1,p\n2,q\n", .noSuchColumn, line: 1, words: "did you mean", options: CSVOptions(ignoredColumns: ["siez"])
    ),
    Case("a,y\n1,p\nred,q\n", .notANumber, line: 3, column: 1, words: "\"red\""),
    Case("a;y\n1,5;p\n2;q\n", .notANumber, line: 2, column: 1, words: "\"1,5\", which is no number; write decimal"),
    Case("a,y\ninf,p\n2,q\n", .notFinite, line: 2, column: 1),
    Case("a,y\n-Infinity,p\n2,q\n", .notFinite, line: 2, column: 1),
    Case("a,y\n1e39,p\n2,q\n", .notFinite, line: 2, column: 1, words: "32-bit"),
    Case("a,y\n1,2.5\n2,1e40\n", .notFinite, line: 3, column: 2),
    Case("a,y\n3e38,p\n-3e38,q\n", .notFinite, line: 2, column: 1, words: "standardize"),
    Case("a,y\n1,2.5\n2,-2e38\n", .notFinite, line: 3, column: 2, words: "scale the column down"),
    Case(
      "b,a,y\n1,1700000000000,p\n2,1700000060000,q\n3,1700000120000,p\n", .tooFine, column: 2,
      words: "subtract an offset from them, or list the column under ignoredColumns"),
    Case("a,y\n1,1700000000.5\n2,1700000100.5\n3,1700000150\n", .tooFine, column: 2, words: "the target \"y\" lies"),
    Case("a,y\n1,p,3\n", .raggedRow, line: 2, words: "3 fields where the header has 2"),
    Case("a,b,y\n\"1\n2\",2,p\n1,p\n", .notANumber, line: 2, column: 1),
    Case("a,y,c\n1,\"p\nq\",3\n1,p\n", .raggedRow, line: 4),
    Case("a,y\n1,p\n2,\"q\n3,r\n", .malformed, line: 3, column: 2, words: "never closed"),
    Case("a,y\n1,p\"\"\n", .malformed, line: 2, column: 2, words: "quote inside"),
    Case("a,y\n1,\"p\" \n", .malformed, line: 2, column: 2, words: "closing quote"),
    Case("a,,y\n1,2,p\n", .malformed, line: 1, column: 2, words: "no name"),
    Case("a,y,a\n1,p,2\n", .duplicateColumn, line: 1, column: 3, words: "column 1's"),
    Case("a,y\n1,p\n2,p\n", .singleClass, column: 2, words: "\"p\""),
    Case("a,y\n1,1.5\n2,cold\n", .notANumber, line: 3, column: 2, options: CSVOptions(task: .regression)),
    Case("a,y\n1,p\n2,q\n3,r\n", .tooManyClasses, line: 4, column: 2, options: twoClasses),
    Case("a,y\n1,1\n2,2\n3,3\n4,r\n", .tooManyClasses, line: 5, column: 2, options: twoClasses),
    Case("a,y\n1,p\n2,q\n", .tooLarge, line: 3, words: "rows", options: CSVOptions(limits: CSVLimits(rows: 1))),
    Case("a,b,y\n", .tooLarge, line: 1, words: "fields", options: CSVOptions(limits: CSVLimits(columns: 2))),
    Case("a,y\n1234567,p\n", .tooLarge, line: 2, column: 1, options: CSVOptions(limits: CSVLimits(fieldBytes: 6))),
    Case("a,y\n1,p\n", .tooLarge, words: "8 bytes", options: CSVOptions(limits: CSVLimits(bytes: 7))),
    Case(
      "c,y\nx,p\nz,q\n", .noSuchColumn, line: 1, words: "of categories",
      options: CSVOptions(categoricalColumns: ["city"])),
    Case(
      "c,y\nx,p\nz,q\n", .noSuchColumn, line: 1, column: 2, words: "no feature",
      options: CSVOptions(categoricalColumns: ["y"])),
    Case(
      "c,y\nx,p\n,q\n", .missingValue, line: 3, column: 1, options: CSVOptions(categoricalColumns: ["c"])),
    Case(
      "c,y\nx,p\ny,q\nz,q\n", .tooManyClasses, line: 4, column: 1, words: "identifier",
      options: CSVOptions(categoricalColumns: ["c"], limits: CSVLimits(classes: 2))),
    Case(
      "a,c,y\n1,x,p\n2,y,q\n", .tooLarge, words: "3 columns of 2 rows",
      options: CSVOptions(categoricalColumns: ["c"], limits: CSVLimits(numbers: 5))),
    Case("a,y\n,p\n,q\n", .empty, words: "missing", options: CSVOptions(missingValues: .dropRows)),
  ]

  @Test("name the kind, the line and the column", arguments: cases)
  func table(_ example: Case) throws {
    let error = #expect(throws: DatasetError.self) {
      try Dataset.csv(
        bytes: Array(example.text.utf8), source: "test.csv", target: "y", name: "test", options: example.options)
    }
    let message = try #require(error).description
    #expect(error?.code == example.code, "\(message)")
    #expect(error?.line == example.line, "\(message)")
    #expect(error?.column == example.column, "\(message)")
    #expect(message.contains(example.words), "\(message)")
    #expect(message.hasPrefix("test.csv"))
  }

  @Test("suggest the nearest column")
  func suggestion() {
    let error = #expect(throws: DatasetError.self) {
      try Dataset.csv(
        bytes: Array("height,species\n1,a\n".utf8), source: "f.csv", target: "Specis", name: "f")
    }
    #expect(error?.code == .noSuchColumn)
    #expect(error?.message.contains("did you mean \"species\"?") == true)
  }

  @Test(
    "tell text of other encodings",
    arguments: [
      [0xFF, 0xFE, 0x61, 0x00], [0xFE, 0xFF, 0x00, 0x61], [0x61, 0x00, 0x2C, 0x00, 0x79, 0x00, 0x0A, 0x00],
      [0x00, 0x61, 0x00, 0x2C, 0x00, 0x79, 0x00, 0x0A],
    ] as [[UInt8]])
  func otherEncodings(bytes: [UInt8]) {
    let error = #expect(throws: DatasetError.self) {
      try Dataset.csv(bytes: bytes, source: "f.csv", target: "y", name: "f")
    }
    #expect(error?.code == .notText)
  }

  @Test("tell bytes that are no UTF-8, with their place")
  func invalidUTF8() {
    let error = #expect(throws: DatasetError.self) {
      try Dataset.csv(
        bytes: Array("a,y\n1,p\n2,".utf8) + [0xE9, 0x0A], source: "f.csv", target: "y", name: "f")
    }
    #expect(error?.code == .notText)
    #expect(error?.line == 3)
    #expect(error?.column == 2)
  }

  @Test("come instead of crashes, whatever the bytes are")
  func fuzz() {
    let whole = Array("a,b,y\n1,-2.5e3,p\r\n\"3\",4,\"q \"\"r\"\"\"\n5,6,p\n7,8,NA\n".utf8)
    let alphabet = Array("a1,;\"\n\r\t .-eyNn\u{0}".utf8) + [0xC3, 0xFF]
    var generator = RandomStream(seed: 8, purpose: .order)
    var read = 0
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0...generator.next(below: 3) where !bytes.isEmpty {
        let position = generator.next(below: bytes.count)
        switch generator.next(below: 3) {
        case 0: bytes[position] = alphabet[generator.next(below: alphabet.count)]
        case 1: bytes.remove(at: position)
        default: bytes.removeLast(bytes.count - position - 1)
        }
      }
      let options = CSVOptions(
        missingValues: .dropRows, categoricalColumns: generator.next(below: 2) == 0 ? ["b"] : [])
      if let dataset = try? Dataset.csv(bytes: bytes, source: "f", target: "y", name: "f", options: options) {
        read += 1
        #expect(dataset.features.count == dataset.count * dataset.width)
        #expect(dataset.target.count == dataset.count)
        #expect(OneHotEncoding(fitting: dataset).map { $0.encoded(dataset).count == dataset.count } ?? true)
      }
    }
    #expect(read > 0)
  }
}
