/// How the categorical columns of a table become indicators: a column of zeros and ones for each category that the training
/// samples have.
///
/// A category that no training sample has sets none of its column's indicators, so that it is told from all known ones and
/// weighs nothing. ``DatasetSplits/standardized()`` fits the encoding, and a ``TrainedModel`` keeps it.
public struct OneHotEncoding: Sendable, Hashable, Codable {
  /// A column as it comes.
  public struct Column: Sendable, Hashable, Codable {
    /// The column's name.
    public let name: String
    /// The categories of the training samples in order; nil for a column of numbers.
    public let categories: [String]?
  }

  /// The columns in order.
  public let columns: [Column]

  /// Takes the categories of a data set; nil where no column is categorical.
  ///
  /// - Parameter dataset: The training samples.
  public init?(fitting dataset: Dataset) {
    guard !dataset.categories.isEmpty else { return nil }
    let width = dataset.width
    columns = (0..<width).map { index in
      guard let categories = dataset.categories[index] else {
        return Column(name: dataset.featureNames[index], categories: nil)
      }
      var occurs = [Bool](repeating: false, count: categories.count)
      for row in 0..<dataset.count { occurs[Int(dataset.features[row * width + index])] = true }
      return Column(
        name: dataset.featureNames[index], categories: categories.indices.filter { occurs[$0] }.map { categories[$0] })
    }
  }

  /// The number of features once encoded.
  public var width: Int { columns.reduce(0) { $0 + ($1.categories?.count ?? 1) } }

  /// The names of the features once encoded: `city=Oslo` for an indicator.
  public var featureNames: [String] {
    columns.flatMap { column in column.categories?.map { "\(column.name)=\($0)" } ?? [column.name] }
  }

  /// Whether a feature, once encoded, is an indicator; one a feature.
  var isIndicator: [Bool] {
    columns.flatMap { column in column.categories?.map { _ in true } ?? [false] }
  }

  /// The names of the categorical columns.
  public var categoricalColumns: [String] { columns.filter { $0.categories != nil }.map(\.name) }

  /// The data set with indicators in place of its categorical columns.
  ///
  /// - Throws: `TrainingError` of code `dataMismatch` where the columns are others than those fitted.
  public func applied(to dataset: Dataset) throws(TrainingError) -> Dataset {
    guard dataset.featureNames == columns.map(\.name) else {
      throw TrainingError(
        .dataMismatch,
        "\(dataset.name) has \(dataset.columnsText), and the model was trained on the columns "
          + columns.map(\.name).listed(atMost: 10))
    }
    for (index, column) in columns.enumerated() where (dataset.categories[index] == nil) != (column.categories == nil) {
      throw TrainingError(
        .dataMismatch,
        "\(column.name.quoted) of \(dataset.name) is a column of \(column.categories == nil ? "categories" : "numbers"), "
          + "and the model was trained on \(column.categories == nil ? "numbers" : "categories")")
    }
    return encoded(dataset)
  }

  /// The data set with indicators; its columns are of the same kinds.
  func encoded(_ dataset: Dataset) -> Dataset {
    // For each column the place of its first indicator, and for each category of the data set which one it sets.
    var places: [Int] = []
    var place = 0
    for column in columns {
      places.append(place)
      place += column.categories?.count ?? 1
    }
    let indicators = columns.enumerated().map { index, column in
      column.categories.map { known in
        let order = Dictionary(uniqueKeysWithValues: known.enumerated().map { ($1, $0) })
        return (dataset.categories[index] ?? []).map { order[$0] }
      }
    }
    let (width, encodedWidth) = (columns.count, place)
    var features = [Float](repeating: 0, count: dataset.count * encodedWidth)
    for row in 0..<dataset.count {
      for column in 0..<width {
        let value = dataset.features[row * width + column]
        if let indicators = indicators[column] {
          if let indicator = indicators[Int(value)] { features[row * encodedWidth + places[column] + indicator] = 1 }
        } else {
          features[row * encodedWidth + places[column]] = value
        }
      }
    }
    return Dataset(
      uncheckedName: dataset.name, features: features, count: dataset.count, featureShape: [encodedWidth],
      featureNames: featureNames, categories: [:], target: dataset.target)
  }

  /// The categories of a data set's samples that the training samples did not have, with the name of their column.
  ///
  /// - Parameter dataset: A data set whose columns are those fitted.
  /// - Returns: For each such category its column, the category and the number of samples, in the order of the columns.
  public func unknownCategories(in dataset: Dataset) -> [(column: String, category: String, samples: Int)] {
    var found: [(column: String, category: String, samples: Int)] = []
    for (index, column) in columns.enumerated() {
      guard let known = column.categories, let categories = dataset.categories[index] else { continue }
      var counts = [Int](repeating: 0, count: categories.count)
      for row in 0..<dataset.count { counts[Int(dataset.features[row * dataset.width + index])] += 1 }
      let set = Set(known)
      for (category, count) in zip(categories, counts) where count > 0 && !set.contains(category) {
        found.append((column.name, category, count))
      }
    }
    return found
  }

  /// What is wrong with an encoding that was kept in a file, or nil.
  var fault: String? {
    for column in columns {
      guard let categories = column.categories else { continue }
      if categories.isEmpty { return "the column \(column.name.quoted) has no category" }
      if Set(categories).count < categories.count { return "a category of \(column.name.quoted) stands there twice" }
    }
    return nil
  }
}

extension Dataset {
  /// Checks that categorical features are indices of distinct categories.
  func validateCategories() throws(DatasetError) {
    for (feature, names) in categories {
      guard 0..<width ~= feature, featureShape.count == 1, !featureNames.isEmpty else {
        throw DatasetError(
          .malformed, "feature \(feature) cannot be categorical: only named columns of a table are", source: name)
      }
      guard Set(names).count == names.count else {
        throw DatasetError(
          .malformed, "a category of \(featureNames[feature].quoted) stands there twice", source: name)
      }
      for row in 0..<count {
        let value = features[row * width + feature]
        guard value >= 0, value < Float(names.count), value == value.rounded() else {
          throw DatasetError(
            .malformed,
            "the category of \(featureNames[feature].quoted) in sample \(row) is \(value), and there are \(names.count)",
            source: name)
        }
      }
    }
  }
}

extension Dataset {
  /// The columns by name, or the shape of a sample whose features have none.
  var columnsText: String {
    featureNames.isEmpty
      ? "samples of shape \(featureShape) without named columns" : "the columns \(featureNames.listed(atMost: 10))"
  }
}
