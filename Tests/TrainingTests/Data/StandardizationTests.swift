import Testing

@testable import Training

@Suite("Standardization")
struct StandardizationTests {
  func table(_ features: [Float], width: Int) throws -> Dataset {
    let count = features.count / width
    return try Dataset(
      name: "table", features: features, featureShape: [width],
      target: .values([Float](repeating: 0, count: count)))
  }

  @Test("brings each column to mean 0 and deviation 1")
  func columns() throws {
    // Columns 1, 2, 3, 4 and 10, 10, 30, 30: deviations √1.25 and 10.
    let dataset = try table([1, 10, 2, 10, 3, 30, 4, 30], width: 2)
    let figures = Standardization(fitting: dataset)
    #expect(figures.means == [2.5, 20])
    #expect(figures.deviations == [Float(1.25).squareRoot(), 10])
    let result = figures.applied(to: dataset).features
    let unit = 1 / Float(1.25).squareRoot()
    let expected: [Float] = [-1.5 * unit, -1, -0.5 * unit, -1, 0.5 * unit, 1, 1.5 * unit, 1]
    #expect(zip(result, expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test("makes a constant column 0 and finite elsewhere", arguments: [0, 0.1, 1e30, -7] as [Float])
  func constants(value: Float) throws {
    let figures = Standardization(fitting: try table([value, value, value, value, value, value, value], width: 1))
    let result = figures.applied(to: try table([value, 5], width: 1)).features
    #expect(result[0] == 0)
    #expect(result[1].isFinite)
  }

  @Test("takes its figures from the training part alone")
  func leakage() throws {
    let digits = try EmbeddedDataset.digits.load()
    let splits = try digits.split(seed: 7)
    let figures = try #require(splits.standardized().standardization)
    #expect(figures == Standardization(fitting: splits.training))
    #expect(figures != Standardization(fitting: digits))
    #expect(splits.standardized().test == figures.applied(to: splits.test))
  }

  @Test("shares one mean and deviation among the pixels of a channel")
  func images() throws {
    let features: [Float] = [0, 10, 2, 10, 0, 10, 2, 10, 0, 30, 2, 30, 0, 30, 2, 30]
    let dataset = try Dataset(
      name: "images", features: features, featureShape: [2, 2, 2], target: .values([0, 0]))
    let figures = Standardization(fitting: dataset)
    #expect(figures.means == [1, 20])
    #expect(figures.deviations == [1, 10])
    #expect(
      figures.applied(to: dataset).features == [-1, -1, 1, -1, -1, -1, 1, -1, -1, 1, 1, 1, -1, 1, 1, 1])
  }

  /// A table whose targets differ.
  private static func table(columns: [Float]...) throws -> Dataset {
    let count = columns[0].count
    return try Dataset(
      name: "table", features: (0..<count).flatMap { row in columns.map { $0[row] } }, featureShape: [columns.count],
      target: .values((0..<count).map(Float.init)))
  }

  @Test(
    "takes columns whose deviation has no reciprocal for constant ones",
    arguments: [.leastNonzeroMagnitude, 0x1p-133, 0x1.ep-127] as [Float])
  func subnormal(scale: Float) throws {
    let table = try Self.table(columns: [scale, 2 * scale, 3 * scale, 2 * scale], [1, 2, 3, 4])
    let figures = Standardization(fitting: table)
    #expect(figures.deviations[0] == 1 && figures.deviations[1] > 1)
    let values = figures.applied(to: table).features
    #expect(values.allSatisfy { $0.isFinite })
    #expect(stride(from: 0, to: values.count, by: 2).allSatisfy { abs(values[$0]) < 1e-37 })
    // Training on them is nothing special.
    let data = try table.split(validation: 0.25, test: 0.25, seed: 1).standardized()
    let trainer = try Trainer(MultilayerPerceptron(hiddenUnits: [2]), data: data, options: TrainingOptions(epochs: 2))
    #expect(try trainer.train().history.count == 2)
  }

  @Test("still scales the least deviation that has a reciprocal")
  func normal() throws {
    let table = try Self.table(columns: [1e-37, 3e-37, 1e-37, 3e-37])
    let values = Standardization(fitting: table).applied(to: table).features
    #expect(zip(values, [-1, 1, -1, 1] as [Float]).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test(
    "of a model's file is refused where nothing can be scaled by it",
    arguments: [(0, .leastNonzeroMagnitude), (0, 0), (0, -1), (0, .infinity), (0, .nan), (.nan, 1), (.infinity, 1)]
      as [(Float, Float)])
  func damaged(mean: Float, deviation: Float) throws {
    let data = try Self.table(columns: [1, 2, 3, 4, 5, 6]).split(validation: 0.2, test: 0.2, seed: 1).standardized()
    let model = try Trainer(
      MultilayerPerceptron(hiddenUnits: []), data: data, options: TrainingOptions(epochs: 1)
    ).model()
    let error = #expect(throws: TrainingError.self) {
      try TrainedModel(
        network: model.network, weights: model.weights, featureShape: model.featureShape,
        featureNames: model.featureNames,
        standardization: Standardization(means: [mean], deviations: [deviation]), target: model.target)
    }
    #expect(error?.message.contains("by which no number can be scaled") == true)
  }
}
