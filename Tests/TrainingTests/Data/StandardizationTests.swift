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
}
