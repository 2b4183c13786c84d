import CDatasets

/// A data set that is part of the binary.
public enum EmbeddedDataset: String, Sendable, Hashable, CaseIterable {
  /// The UCI handwritten digits: 1,797 images of 8 by 8 pixels with values 0...16 in ten classes.
  ///
  /// E. Alpaydin, C. Kaynak (1998), doi:10.24432/C50P49, CC BY 4.0.
  case digits
  /// The diabetes data: 442 patients with ten measurements and how far the disease had come after a year, a value to predict.
  ///
  /// B. Efron, T. Hastie, I. Johnstone, R. Tibshirani (2004), doi:10.1214/009053604000000067.
  case diabetes

  /// What is learned from the data set.
  package var task: DatasetTask {
    switch self {
    case .digits: .classification
    case .diabetes: .regression
    }
  }

  /// Unpacks the data set.
  ///
  /// - Throws: `DatasetError` of code `corrupt` where the embedded bytes are damaged.
  public func load() throws(DatasetError) -> Dataset {
    switch self {
    case .digits:
      var count = 0
      let start = hpo_digits_packed(&count)
      return try PackedDataset.decode(UnsafeBufferPointer(start: start, count: count), name: rawValue)
    case .diabetes:
      var count = 0
      let start = hpo_diabetes_csv(&count)
      let packed = Array(UnsafeBufferPointer(start: start, count: count))
      return try Dataset.csv(
        bytes: GzipFile.inflate(packed, source: rawValue, atMost: 1 << 20), source: rawValue, target: "progression",
        name: rawValue, options: CSVOptions(task: .regression))
    }
  }
}
