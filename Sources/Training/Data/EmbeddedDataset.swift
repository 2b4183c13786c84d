import CDatasets

/// A data set that is part of the binary.
public enum EmbeddedDataset: String, Sendable, Hashable, CaseIterable {
  /// The UCI handwritten digits: 1,797 images of 8 by 8 pixels with values 0...16 in ten classes.
  ///
  /// E. Alpaydin, C. Kaynak (1998), doi:10.24432/C50P49, CC BY 4.0.
  case digits

  /// Unpacks the data set.
  ///
  /// - Throws: `DatasetError` of code `corrupt` where the embedded bytes are damaged.
  public func load() throws(DatasetError) -> Dataset {
    switch self {
    case .digits:
      var count = 0
      let start = hpo_digits_packed(&count)
      return try PackedDataset.decode(UnsafeBufferPointer(start: start, count: count), name: rawValue)
    }
  }
}
