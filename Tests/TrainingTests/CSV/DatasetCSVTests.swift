import Foundation
import Testing

@testable import Training

@Suite("A CSV file")
struct DatasetCSVTests {
  func read(
    _ text: String, target: String = "y", options: CSVOptions = CSVOptions()
  ) throws(DatasetError) -> Dataset {
    try Dataset.csv(bytes: Array(text.utf8), source: "test.csv", target: target, name: "test", options: options)
  }

  @Test("of numbers and text labels becomes features and classes")
  func textLabels() throws {
    let dataset = try read("a,y,b\n1,cat,2.5\n-3,dog,4e1\n5,cat,6\n")
    #expect(dataset.count == 3)
    #expect(dataset.featureShape == [2])
    #expect(dataset.featureNames == ["a", "b"])
    #expect(dataset.features == [1, 2.5, -3, 40, 5, 6])
    #expect(dataset.target == .classes(labels: [0, 1, 0], names: ["cat", "dog"]))
  }

  @Test("keeps numeric labels in numeric order")
  func numericLabels() throws {
    let dataset = try read("x,y\n0,10\n0,9\n0,-1\n0,10\n")
    #expect(dataset.target == .classes(labels: [2, 1, 0, 2], names: ["-1", "9", "10"]))
  }

  @Test("with fractions in its target is a regression")
  func fractions() throws {
    #expect(try read("x,y\n0,1.5\n0,2\n").target == .values([1.5, 2]))
  }

  @Test("with more than 20 whole numbers in its target is a regression")
  func manyNumbers() throws {
    let rows = { (kinds: Int) in (0..<60).map { "\($0),\($0 % kinds)" }.joined(separator: "\n") }
    #expect(try read("x,y\n" + rows(20)).target.task == .classification)
    #expect(try read("x,y\n" + rows(21)).target.task == .regression)
  }

  @Test("follows an explicit task")
  func explicitTask() throws {
    #expect(try read("x,y\n0,1\n0,2\n", options: CSVOptions(task: .regression)).target == .values([1, 2]))
    #expect(
      try read("x,y\n0,1.5\n0,0.5\n", options: CSVOptions(task: .classification)).target
        == .classes(labels: [1, 0], names: ["0.5", "1.5"]))
  }

  @Test("of more kinds of numbers than classes are allowed is a regression, whatever comes first")
  func numbersBeyondClasses() throws {
    let rows = (0..<50).map { "\($0),\($0)" }.joined(separator: "\n")
    let dataset = try read("x,y\n" + rows, options: CSVOptions(limits: CSVLimits(classes: 30)))
    #expect(dataset.target == .values((0..<50).map { Float($0) }))
  }

  @Test(
    "may end its lines, quote its fields and begin as programs do",
    arguments: [
      "a,y\r\n1,p\r\n2,q\r\n", "a,y\n1,p\n2,q", "a,y\r1,p\r2,q\r", "\u{FEFF}a,y\n1,p\n2,q\n", "a;y\n1;p\n2;q\n",
      "a\ty\n1\tp\n2\tq\n", "a|y\n1|p\n2|q\n", "\"a\",\"y\"\n\"1\",\"p\"\n\"2\",\"q\"\n", "\n\na,y\n\n1,p\n  \n2,q\n\n",
      " a , y \n 1 , p \n 2 , q \n",
    ])
  func spellings(text: String) throws {
    let dataset = try read(text)
    #expect(dataset.features == [1, 2])
    #expect(dataset.featureNames == ["a"])
    #expect(dataset.target == .classes(labels: [0, 1], names: ["p", "q"]))
  }

  @Test("may hold delimiters, quotes and line ends in quotes")
  func quoting() throws {
    let dataset = try read("\"a,b\",y\n1,\"say \"\"yes\"\"\"\n2,\"two\nlines\"\n")
    #expect(dataset.featureNames == ["a,b"])
    #expect(dataset.target == .classes(labels: [0, 1], names: ["say \"yes\"", "two\nlines"]))
  }

  @Test("may hold columns that are no features")
  func ignored() throws {
    let dataset = try read("id,a,y\nx1,1,p\nx2,2,q\n", options: CSVOptions(ignoredColumns: ["id"]))
    #expect(dataset.featureNames == ["a"])
    #expect(dataset.features == [1, 2])
  }

  @Test("drops rows with missing values where asked")
  func dropping() throws {
    let text = "a,y\n1,p\n,q\nNA,p\nnan,q\n?,p\n3,\n4,null\n5,q\n"
    let dataset = try read(text, options: CSVOptions(missingValues: .dropRows))
    #expect(dataset.features == [1, 5])
    #expect(dataset.target == .classes(labels: [0, 1], names: ["p", "q"]))
  }

  @Test("takes a marker of missing values in quotes as text")
  func quotedMarker() throws {
    #expect(try read("a,y\n1,\"NA\"\n2,DE\n").target == .classes(labels: [1, 0], names: ["DE", "NA"]))
  }

  @Test("may hold times over years, constants and numbers that rounding changes by nothing that matters")
  func precision() throws {
    let rows = (0..<50).map {
      "\(1_500_000_000_000 + 6_000_000_000 * $0),0.1,\(Double($0) / 3),\(exp(Double($0) / 2) / 3),"
        + "\(1_700_000_000 + 90_000 * $0)"
    }
    let data = try Dataset.csv(
      bytes: Array((["time,constant,third,growing,y"] + rows).joined(separator: "\n").utf8), source: "f.csv",
      target: "y", name: "f")
    #expect(data.width == 4 && data.target.task == .regression)
    // A model that exists takes what it is given.
    try inFolder(["f.csv": Data("time\n1700000000000\n1700000060000\n".utf8)]) { (folder: String) throws in
      let later = try Dataset.csv(file: "\(folder)/f.csv", features: ["time"], target: nil)
      #expect(later.count == 2)
    }
  }

  @Test("is refused where rounding loses most of a column, also where a few of its numbers lie far from the others")
  func precisionBesideOutliers() throws {
    for (count, outlier) in [(8, "0"), (300, "0"), (5000, "-1"), (5000, "9e15")] {
      let times = (0..<count).map { $0 % 7 == 3 ? outlier : "\(1_700_000_000_000 + 3_600_000 / count * $0)" }
      let rows = times.enumerated().map { "\($1),\($0 % 2 == 0 ? "p" : "q")" }
      let error = #expect(throws: DatasetError.self) {
        try Dataset.csv(
          bytes: Array((["time,y"] + rows).joined(separator: "\n").utf8), source: "f.csv", target: "y", name: "f")
      }
      #expect(error?.code == .tooFine && error?.message.contains("half of \"time\" lies between 17") == true)
    }
  }

  @Test("is read from disk under its own name")
  func onDisk() throws {
    let fixture = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    let path = "/\(fixture)/Fixtures/flowers.csv"
    let dataset = try Dataset.csv(file: path, target: "species")
    #expect(dataset.name == "flowers")
    #expect(dataset.count == 6)
    #expect(dataset.target == .classes(labels: [0, 0, 1, 1, 2, 2], names: ["setosa", "versicolor", "virginica"]))
    let limits = CSVOptions(limits: CSVLimits(bytes: 10))
    #expect(throws: DatasetError.self) { try Dataset.csv(file: path, target: "species", options: limits) }
  }

  @Test("that is none says so", arguments: [("/no/such/file.csv", "No such file"), ("/", "no regular file")])
  func unreadable(path: String, message: String) {
    let error = #expect(throws: DatasetError.self) { try Dataset.csv(file: path, target: "y") }
    #expect(error?.code == .unreadableFile)
    #expect(error?.description.contains(message) == true)
  }
}
