import Testing

@testable import Training

/// The expected figures are printed by `Sources/CDatasets/Digits/pack_digits.py` from scikit-learn's copy.
@Suite("The embedded digits")
struct EmbeddedDatasetTests {
  let digits: Dataset

  init() throws {
    digits = try EmbeddedDataset.digits.load()
  }

  @Test("The diabetes data have the rows and figures of scikit-learn's copy") func diabetes() throws {
    let data = try EmbeddedDataset.diabetes.load()
    #expect(data.count == 442 && data.featureShape == [10])
    #expect(data.featureNames == ["age", "sex", "bmi", "bloodPressure", "s1", "s2", "s3", "s4", "s5", "s6"])
    #expect(Array(data.features.prefix(10)) == [59, 2, 32.1, 101, 157, 93.2, 38, 4, 4.8598, 87])
    guard case .values(let values) = data.target else { throw DatasetError(.empty, "classes", source: "diabetes") }
    #expect(values.reduce(0, +) == 67243 && values.first == 151 && values.last == 57)
  }

  @Test("are 1,797 images of 8 by 8 pixels in ten classes")
  func shape() {
    #expect(digits.name == "digits")
    #expect(digits.count == 1797)
    #expect(digits.featureShape == [8, 8, 1])
    #expect(digits.features.count == 1797 * 64)
    #expect(digits.target.outputWidth == 10)
    #expect(digits.target.task == .classification)
  }

  @Test("have scikit-learn's pixels in scikit-learn's order")
  func pixels() {
    #expect(digits.features.reduce(0, +) == 561_718)
    #expect(digits.features.min() == 0 && digits.features.max() == 16)
    let weighted = digits.features.enumerated().reduce(0) { $0 + Int($1.element) * ($1.offset % 64 + 1) }
    #expect(weighted == 18_222_371)
    let first: [Float] = [
      0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0, 0, 3, 15, 2, 0, 11, 8, 0, 0, 4, 12, 0, 0, 8, 8, 0,
      0, 5, 8, 0, 0, 9, 8, 0, 0, 4, 11, 0, 1, 12, 7, 0, 0, 2, 14, 5, 10, 12, 0, 0, 0, 0, 6, 13, 10, 0, 0, 0,
    ]
    #expect(Array(digits.features.prefix(64)) == first)
  }

  @Test("have scikit-learn's labels in scikit-learn's order")
  func labels() throws {
    guard case .classes(let labels, let names) = digits.target else {
      Issue.record("the digits are no classification")
      return
    }
    #expect(names == ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
    #expect(labels.enumerated().reduce(0) { $0 + $1.offset * Int($1.element) } == 7_264_791)
    let counts = (0..<10).map { digit in labels.count { $0 == digit } }
    #expect(counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
  }
}
