import HPO
import Spelling
import Training

/// What somebody should know of the data before trusting what is measured on them.
enum DataNotes {
  /// - Parameter parts: The data, of whose folds the first is looked at.
  static func all(_ parts: DatasetParts) -> [String] {
    let splits = parts.raw(0)
    return parts.omissions + missingClasses(splits) + constantColumns(splits.training)
  }

  private static func missingClasses(_ splits: DatasetSplits) -> [String] {
    [("training", splits.training), ("validation", splits.validation), ("test", splits.test)].compactMap {
      part, samples -> String? in
      guard case .classes(let labels, let names) = samples.target else { return nil }
      let present = Set(labels)
      let missing = names.indices.filter { !present.contains(Int32($0)) }.map { names[$0] }
      guard !missing.isEmpty else { return nil }
      let those = "the class\(missing.count == 1 ? "" : "es") \(missing.map(\.inMessage).listed(atMost: 5))"
      return part == "training"
        ? "no training sample is of \(those), of which nothing can be learned"
        : "no \(part) sample is of \(those); balancedAccuracy and f1 of that part are means over the others"
    }
  }

  /// The columns of a table that are the same in all samples.
  private static func constantColumns(_ samples: Dataset) -> [String] {
    guard !samples.featureNames.isEmpty, samples.count > 1 else { return [] }
    let width = samples.width
    var constant = Array(0..<width)
    for start in stride(from: width, to: samples.features.count, by: width) where !constant.isEmpty {
      constant.removeAll { samples.features[start + $0] != samples.features[$0] }
    }
    guard !constant.isEmpty else { return [] }
    let names = constant.map { samples.featureNames[$0].inMessage }.listed(atMost: 5)
    return [
      "the same value is in all training samples of the column\(constant.count == 1 ? "" : "s") \(names): nothing is learned "
        + "of it, and another value would do anything; list it under ignoredColumns"
    ]
  }
}

extension DatasetSplits {
  /// `digits, 1150 samples for training, 287 for validation and 360 for test`.
  var summary: String {
    "\(training.name), \(counted(training.count, "sample")) for training, \(validation.count) for validation and "
      + "\(test.count) for test"
  }
}
