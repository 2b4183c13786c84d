import Execution
import TestSupport
import Testing

@testable import Training

@Suite("A one-hot encoding")
struct OneHotEncodingTests {
  static func read(_ text: String, columns: [String] = ["city"]) throws -> Dataset {
    try Dataset.csv(
      bytes: Array(text.utf8), source: "test.csv", target: "y", name: "test",
      options: CSVOptions(task: .regression, categoricalColumns: columns))
  }

  /// A table of three cities, of which a split may miss some.
  static func table(seed: UInt64) throws -> Dataset {
    var random = SplitMix64(seed: seed)
    let rows = (0..<40).map { _ in
      let city = random.uniform() < 0.05 ? "Rome" : random.uniform() < 0.5 ? "Oslo" : "Bern"
      return "\(Float(random.uniform())),\(city),\(Int(random.uniform() * 3)),\(Float(random.uniform()))"
    }
    return try read("size,city,floor,y\n" + rows.joined(separator: "\n"), columns: ["floor", "city"])
  }

  @Test("makes an indicator of each category of the training samples, in order")
  func indicators() throws {
    let data = try Self.read("size,city,y\n1,Oslo,1\n2,Bern,2\n3,Rome,3\n4,Bern,4\n")
    #expect(data.categories == [1: ["Bern", "Oslo", "Rome"]])
    #expect(data.features == [1, 1, 2, 0, 3, 2, 4, 0])
    let encoding = try #require(OneHotEncoding(fitting: data.subset([0, 1, 3])))
    #expect(encoding.featureNames == ["size", "city=Bern", "city=Oslo"])
    #expect(encoding.categoricalColumns == ["city"])
    let encoded = try encoding.applied(to: data)
    #expect(encoded.featureShape == [3])
    #expect(encoded.featureNames == encoding.featureNames)
    // Rome sets no indicator.
    #expect(encoded.features == [1, 0, 1, 2, 1, 0, 3, 0, 0, 4, 1, 0])
    let unknown = encoding.unknownCategories(in: data)
    #expect(unknown.map(\.category) == ["Rome"] && unknown.map(\.column) == ["city"] && unknown.map(\.samples) == [1])
  }

  @Test("orders numbers by value and knows a category by its text, whatever its number in another file")
  func texts() throws {
    let training = try Self.read("floor,y\n10,1\n9,2\n2,3\n", columns: ["floor"])
    #expect(training.categories == [0: ["2", "9", "10"]])
    let encoding = try #require(OneHotEncoding(fitting: training))
    let later = try Self.read("floor,y\n10,1\n7,1\n2,2\n", columns: ["floor"])
    #expect(later.categories == [0: ["2", "7", "10"]])
    #expect(try encoding.applied(to: later).features == [0, 0, 1, 0, 0, 0, 1, 0, 0])
  }

  @Test("is fitted on the training part alone, and leaves its indicators to be zeros and ones", arguments: 0..<40)
  func trainingAlone(seed: UInt64) throws {
    let table = try Self.table(seed: seed)
    let raw = try table.split(validation: 0.3, test: 0.3, seed: seed)
    let splits = raw.standardized()
    let encoding = try #require(splits.encoding)
    for (part, prepared) in [
      (raw.training, splits.training), (raw.validation, splits.validation), (raw.test, splits.test),
    ] {
      #expect(prepared.categories.isEmpty && prepared.width == encoding.width && prepared.count == part.count)
      for row in 0..<part.count {
        for (column, name) in [(1, "city"), (2, "floor")] {
          let category = try #require(part.categories[column])[Int(part.features[row * 3 + column])]
          for (index, feature) in prepared.featureNames.enumerated() where feature.hasPrefix("\(name)=") {
            let value = prepared.features[row * prepared.width + index]
            #expect(value == (feature == "\(name)=\(category)" ? 1 : 0), "\(feature) of \(category)")
          }
        }
      }
    }
    // Each indicator occurs in training; the size has mean 0 there.
    for index in encoding.isIndicator.indices {
      let column = (0..<splits.training.count).map { splits.training.features[$0 * encoding.width + index] }
      if encoding.isIndicator[index] {
        #expect(column.contains(1))
      } else {
        #expect(abs(column.reduce(0, +)) < 1e-4)
      }
    }
  }

  @Test("travels with a model, which then takes the columns as they come")
  func model() throws {
    let rows = (0..<200).map { row in
      let city = ["Bern", "Oslo", "Rome"][row % 3]
      let size = Double(row * 37 % 100) / 10
      return "\(size),\(city),\(2 * size + ["Bern": 10, "Oslo": -5, "Rome": 30][city, default: 0])"
    }
    let table = try Self.read("size,city,y\n" + rows.joined(separator: "\n"))
    let raw = try table.split(seed: 3)
    let data = raw.standardized()
    let trainer = try Trainer(
      MultilayerPerceptron(hiddenUnits: []), data: data,
      options: TrainingOptions(optimizer: .adam(learningRate: 0.05), epochs: 150))
    _ = try trainer.train()
    let model = try TrainedModel(decoding: trainer.model().encoded())
    #expect(model.encoding == data.encoding)
    let predictor = try model.predictor()
    #expect(try predictor.metrics(on: raw.test) == trainer.evaluate(data.test))
    #expect(try #require(predictor.metrics(on: raw.test)[.r2]) > 0.99)
    // Encoded already is fine; without the categories, or with others than texts, it is not.
    let encoded = try #require(model.encoding).applied(to: raw.test)
    #expect(try predictor.outputs(for: encoded) == predictor.outputs(for: raw.test))
    let numbers = try Self.read("size,city,y\n1,2,3\n2,3,4\n", columns: [])
    let error = #expect(throws: TrainingError.self) { try predictor.outputs(for: numbers) }
    #expect(error?.message.contains("\"city\" of test is a column of numbers") == true)
    // What is no known city counts as none: the prediction is that of the size alone.
    let other = try Self.read("size,city,y\n5,Paris,0\n5,Lima,0\n")
    let outputs = try predictor.outputs(for: other)
    #expect(outputs[0] == outputs[1])
    #expect(throws: TrainingError.self) {
      try Trainer(
        MultilayerPerceptron(hiddenUnits: []), data: raw, options: TrainingOptions())
    }
  }

  @Test("of a data set is checked: indices, names and tables alone")
  func validation() {
    func make(_ features: [Float], _ names: [String], _ categories: [Int: [String]], shape: [Int] = [2]) throws {
      _ = try Dataset(
        name: "t", features: features, featureShape: shape, featureNames: names, categories: categories,
        target: .values([1, 2]))
    }
    #expect(throws: Never.self) { try make([1, 0, 2, 1], ["a", "b"], [1: ["x", "y"]]) }
    for value in [2, -1, 0.5] as [Float] {
      #expect(throws: DatasetError.self) { try make([1, 0, 2, value], ["a", "b"], [1: ["x", "y"]]) }
    }
    #expect(throws: DatasetError.self) { try make([1, 0, 2, 1], ["a", "b"], [1: ["x", "x"]]) }
    #expect(throws: DatasetError.self) { try make([1, 0, 2, 1], ["a", "b"], [2: ["x", "y"]]) }
    #expect(throws: DatasetError.self) { try make([1, 0, 2, 1], [], [1: ["x", "y"]]) }
  }
}
