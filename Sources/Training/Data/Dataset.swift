/// Samples with what is to be predicted of each: a value, read once and shared by all trials.
public struct Dataset: Sendable, Equatable {
  /// What is to be predicted.
  public enum Target: Sendable, Equatable {
    /// One class a sample: its index in `names`.
    case classes(labels: [Int32], names: [String])
    /// One real value a sample.
    case values([Float])
  }

  /// The name under which messages and studies speak of the data set.
  public let name: String
  /// The number of samples.
  public let count: Int
  /// The shape of one sample: [width] for a table, [height, width, channels] for images.
  public let featureShape: [Int]
  /// The columns' names, one a feature; empty for images.
  public let featureNames: [String]
  /// The categories of features that are texts, by the index of the feature; a sample's value is then an index into them.
  ///
  /// Before a network takes such samples, they are encoded, see ``OneHotEncoding``.
  public let categories: [Int: [String]]
  /// The features, sample after sample: `count` rows of `width` values.
  public internal(set) var features: [Float]
  /// What is to be predicted of each sample.
  public let target: Target
  /// What was left out of the file, in words; nil for nothing.
  public internal(set) var omission: String?

  /// Creates a data set from its parts.
  ///
  /// - Parameters:
  ///   - name: The name under which messages speak of it.
  ///   - features: The samples' features, sample after sample.
  ///   - featureShape: The shape of one sample; every extent is positive.
  ///   - featureNames: One name a feature, or none.
  ///   - categories: The distinct categories of the features that are indices into such; these need names.
  ///   - target: One label or value a sample.
  /// - Throws: `DatasetError` where there is no sample, the counts do not fit each other, a feature or a value is not
  ///   finite, or a label or category is no index of its names.
  public init(
    name: String, features: [Float], featureShape: [Int], featureNames: [String] = [],
    categories: [Int: [String]] = [:], target: Target
  ) throws(DatasetError) {
    let width = try Self.width(of: featureShape, name: name)
    let count = target.count
    guard count > 0 else {
      throw DatasetError(.empty, "there is no sample in it", source: name)
    }
    let (expected, overflow) = count.multipliedReportingOverflow(by: width)
    guard !overflow, features.count == expected else {
      throw DatasetError(
        .malformed, "\(count) samples of shape \(featureShape) do not make the \(features.count) features given",
        source: name)
    }
    guard featureNames.isEmpty || featureNames.count == width else {
      throw DatasetError(
        .malformed, "\(featureNames.count) feature names do not name \(width) features", source: name)
    }
    if let index = features.firstIndex(where: { !$0.isFinite }) {
      throw DatasetError(
        .notFinite, "feature \(index % width) of sample \(index / width) is \(features[index])", source: name)
    }
    try target.validate(name: name)
    self.init(
      uncheckedName: name, features: features, count: count, featureShape: featureShape, featureNames: featureNames,
      categories: categories, target: target)
    try validateCategories()
  }

  /// Creates a data set from parts that are known to fit.
  init(
    uncheckedName name: String, features: [Float], count: Int, featureShape: [Int], featureNames: [String],
    categories: [Int: [String]], target: Target
  ) {
    self.name = name
    self.features = features
    self.count = count
    self.featureShape = featureShape
    self.featureNames = featureNames
    self.categories = categories
    self.target = target
  }

  /// The number of features of a sample: the product of `featureShape`.
  public var width: Int { featureShape.reduce(1, *) }

  /// The samples of some indices, in their order.
  ///
  /// - Parameter indices: Indices of samples, each of 0..<`count`.
  public func subset(_ indices: [Int]) -> Dataset {
    let width = width
    var chosen = [Float]()
    chosen.reserveCapacity(indices.count * width)
    for index in indices {
      chosen.append(contentsOf: features[index * width..<(index + 1) * width])
    }
    return Dataset(
      uncheckedName: name, features: chosen, count: indices.count, featureShape: featureShape,
      featureNames: featureNames, categories: categories, target: target.subset(indices))
  }

  private static func width(of shape: [Int], name: String) throws(DatasetError) -> Int {
    var width = 1
    for extent in shape {
      let (product, overflow) = width.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflow else {
        throw DatasetError(.malformed, "\(shape) is no shape of a sample", source: name)
      }
      width = product
    }
    return width
  }
}

extension Dataset.Target {
  /// The number of samples.
  public var count: Int {
    switch self {
    case .classes(let labels, _): labels.count
    case .values(let values): values.count
    }
  }

  /// Whether classes or values are to be predicted.
  public var task: DatasetTask {
    switch self {
    case .classes: .classification
    case .values: .regression
    }
  }

  /// The outputs that a network needs: one a class, or one value.
  public var outputWidth: Int {
    switch self {
    case .classes(_, let names): names.count
    case .values: 1
    }
  }

  func subset(_ indices: [Int]) -> Dataset.Target {
    switch self {
    case .classes(let labels, let names): .classes(labels: indices.map { labels[$0] }, names: names)
    case .values(let values): .values(indices.map { values[$0] })
    }
  }

  func validate(name: String) throws(DatasetError) {
    switch self {
    case .classes(let labels, let names):
      if let index = labels.firstIndex(where: { $0 < 0 || $0 >= names.count }) {
        throw DatasetError(
          .malformed, "the label of sample \(index) is \(labels[index]), and there are \(names.count) classes",
          source: name)
      }
    case .values(let values):
      if let index = values.firstIndex(where: { !$0.isFinite }) {
        throw DatasetError(.notFinite, "the target of sample \(index) is \(values[index])", source: name)
      }
    }
  }
}

/// What a network learns from a data set.
public enum DatasetTask: String, Sendable, Hashable, CaseIterable {
  /// To tell which class a sample belongs to.
  case classification
  /// To predict a real value.
  case regression
}
