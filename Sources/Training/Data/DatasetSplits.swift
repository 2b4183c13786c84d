/// A data set cut into what is trained on, what is chosen by, and what stays untouched until the end.
public struct DatasetSplits: Sendable, Equatable {
  /// What networks are trained on.
  public private(set) var training: Dataset
  /// What networks and their epochs are compared by.
  public private(set) var validation: Dataset
  /// What only the final network is measured on.
  public private(set) var test: Dataset
  /// Where each part's samples came from, as ascending indices of the whole data set.
  public let indices: Indices
  /// How categorical columns became indicators, where there were such.
  public private(set) var encoding: OneHotEncoding?
  /// How features were standardized, where they were.
  public private(set) var standardization: Standardization?

  init(
    training: Dataset, validation: Dataset, test: Dataset, indices: Indices, encoding: OneHotEncoding? = nil,
    standardization: Standardization?
  ) {
    self.training = training
    self.validation = validation
    self.test = test
    self.indices = indices
    self.encoding = encoding
    self.standardization = standardization
  }

  /// The samples of each part, as ascending indices of the whole data set.
  public struct Indices: Sendable, Hashable {
    /// The training part's samples.
    public let training: [Int]
    /// The validation part's samples.
    public let validation: [Int]
    /// The test part's samples.
    public let test: [Int]
  }

  /// The parts with each feature shifted and scaled to mean 0 and deviation 1 over the training part.
  ///
  /// Validation and test samples take no part in the figures. A feature that is constant in training becomes 0 there.
  /// Categorical columns are encoded before; their indicators stay zeros and ones. Parts that nobody else holds are changed
  /// where they lie.
  public consuming func standardized() -> DatasetSplits {
    precondition(standardization == nil, "the splits are standardized already")
    encode()
    let figures = Standardization(fitting: training, encoding: encoding)
    figures.apply(to: &training)
    figures.apply(to: &validation)
    figures.apply(to: &test)
    standardization = figures
    return self
  }

  /// The parts as a model takes them: encoded and standardized by the figures that it was trained with.
  ///
  /// - Parameter model: The model, which was trained on samples of the same columns or shape.
  /// - Throws: `TrainingError` of code `dataMismatch` where the samples are others than those of the model.
  public func standardized(as model: TrainedModel) throws(TrainingError) -> DatasetSplits {
    precondition(standardization == nil, "the splits are standardized already")
    return DatasetSplits(
      training: try model.prepared(training), validation: try model.prepared(validation),
      test: try model.prepared(test),
      indices: indices, encoding: model.encoding, standardization: model.standardization)
  }

  /// The parts with indicators of the training part's categories in place of categorical columns; without such columns the
  /// parts as they are.
  public consuming func encoded() -> DatasetSplits {
    encode()
    return self
  }

  private mutating func encode() {
    guard let encoding = OneHotEncoding(fitting: training) else { return }
    training = encoding.encoded(training)
    validation = encoding.encoded(validation)
    test = encoding.encoded(test)
    self.encoding = encoding
  }
}

extension Dataset {
  /// Cuts the data set into three parts that share no sample and together hold all of them.
  ///
  /// Classes keep their proportions in each part as nearly as whole samples allow, and each class keeps at least one
  /// training sample. The same seed gives the same parts on every machine.
  ///
  /// - Parameters:
  ///   - validation: The fraction of samples for validation, above 0.
  ///   - test: The fraction of samples for the test, above 0; both together are below 1.
  ///   - seed: Decides which samples go where.
  /// - Throws: `DatasetError` of code `invalidSplit` where a fraction is out of range or a part would be empty.
  /// - Complexity: O(count).
  public func split(
    validation: Double = 0.2, test: Double = 0.2, seed: UInt64
  ) throws(DatasetError) -> DatasetSplits {
    splits(at: try splitIndices(validation: validation, test: test, seed: seed), test: nil)
  }

  /// Which samples each of the three parts takes.
  package func splitIndices(
    validation: Double, test: Double, seed: UInt64
  ) throws(DatasetError) -> DatasetSplits.Indices {
    guard validation > 0, test > 0, validation + test < 1 else {
      throw DatasetError(
        .invalidSplit,
        "fractions of \(validation) for validation and \(test) for the test leave no three parts; both must be above "
          + "0 and together below 1", source: name)
    }
    let parts = try parts(validation: validation, test: test, seed: seed)
    return DatasetSplits.Indices(
      training: parts.training.sorted(), validation: parts.validation.sorted(), test: parts.test.sorted())
  }

  /// Cuts the data set into training and validation, beside a test part that comes with it.
  ///
  /// - Parameters:
  ///   - validation: The fraction of samples for validation, above 0 and below 1.
  ///   - test: Samples of the same shape and targets, all of which make the test part.
  ///   - seed: Decides which samples go where.
  /// - Throws: `DatasetError` of code `invalidSplit` where the fraction is out of range, a part would be empty, or the
  ///   test part is of another kind.
  public func split(
    validation: Double = 0.2, test: Dataset, seed: UInt64
  ) throws(DatasetError) -> DatasetSplits {
    splits(at: try splitIndices(validation: validation, test: test, seed: seed), test: test)
  }

  /// As above, beside a test part that comes with the data set.
  package func splitIndices(
    validation: Double, test: Dataset, seed: UInt64
  ) throws(DatasetError) -> DatasetSplits.Indices {
    guard validation > 0, validation < 1 else {
      throw DatasetError(
        .invalidSplit, "a fraction of \(validation) for validation must be above 0 and below 1", source: name)
    }
    try requireAlike(test)
    let parts = try parts(validation: validation, test: 0, seed: seed)
    return DatasetSplits.Indices(
      training: parts.training.sorted(), validation: parts.validation.sorted(), test: Array(0..<test.count))
  }

  /// The parts of some indices, those of the test within the test part that comes with the data set, where there is one.
  func splits(at indices: DatasetSplits.Indices, test: Dataset?) -> DatasetSplits {
    DatasetSplits(
      training: subset(indices.training), validation: subset(indices.validation), test: test ?? subset(indices.test),
      indices: indices, standardization: nil)
  }

  /// Checks that the samples of a test part have the same shape and targets.
  func requireAlike(_ test: Dataset) throws(DatasetError) {
    func difference() -> String? {
      if test.featureShape != featureShape {
        return "its samples have the shape \(test.featureShape), and those of \(name) \(featureShape)"
      }
      switch (test.target, target) {
      case (.classes(_, let names), .classes(_, let own)) where names != own:
        return "its classes are \(names.listed(atMost: 10)), and those of \(name) \(own.listed(atMost: 10))"
      case (.classes, .values), (.values, .classes):
        return "its task is \(test.target.task.rawValue), and that of \(name) \(target.task.rawValue)"
      default: break
      }
      return Set(test.categories.keys) == Set(categories.keys)
        ? nil : "other columns of it hold categories than of \(name)"
    }
    if let difference = difference() {
      throw DatasetError(
        .invalidSplit, "the test part does not go with the training part: \(difference)",
        source: test.name == name ? "\(name) (test part)" : test.name)
    }
  }

  /// Deals the samples of each class out to the parts.
  func parts(
    validation: Double, test: Double, seed: UInt64
  ) throws(DatasetError) -> (training: [Int], validation: [Int], test: [Int]) {
    let validationCount = Int((Double(count) * validation).rounded())
    let testCount = Int((Double(count) * test).rounded())

    var groups = groups()
    for index in groups.indices {
      var generator = RandomStream(seed: seed, purpose: .split, index: index)
      generator.shuffle(&groups[index])
    }
    // Whatever the fractions, one sample of each class stays for training.
    let validationQuotas = Self.quotas(of: validationCount, within: groups.map { max(0, $0.count - 1) })
    let rest = zip(groups, validationQuotas).map { max(0, $0.count - 1 - $1) }
    let testQuotas = Self.quotas(of: testCount, within: rest)

    var parts: (training: [Int], validation: [Int], test: [Int]) = ([], [], [])
    for (group, quotas) in zip(groups, zip(validationQuotas, testQuotas)) {
      let testStart = quotas.0
      let trainingStart = quotas.0 + quotas.1
      parts.validation += group[..<testStart]
      parts.test += group[testStart..<trainingStart]
      parts.training += group[trainingStart...]
    }
    guard !parts.training.isEmpty, !parts.validation.isEmpty || validation == 0, !parts.test.isEmpty || test == 0 else {
      throw DatasetError(
        .invalidSplit, "\(count) samples are too few for parts of \(validation) and \(test)", source: name)
    }
    return parts
  }

  /// The samples that are to be divided in proportion: one group a class, or all of them.
  private func groups() -> [[Int]] {
    guard case .classes(let labels, let names) = target else { return [Array(0..<count)] }
    var groups = [[Int]](repeating: [], count: names.count)
    for (index, label) in labels.enumerated() {
      groups[Int(label)].append(index)
    }
    return groups
  }

  /// Divides `total` in proportion to the sizes by largest remainders, never beyond a size.
  private static func quotas(of total: Int, within sizes: [Int]) -> [Int] {
    let sum = sizes.reduce(0, +)
    guard sum > 0 else { return sizes.map { _ in 0 } }
    let total = min(total, sum)
    let shares = sizes.map { total.multipliedFullWidth(by: $0) }.map { sum.dividingFullWidth($0) }
    var quotas = shares.map(\.quotient)
    let missing = total - quotas.reduce(0, +)
    let order = shares.indices.sorted { (shares[$0].remainder, $1) > (shares[$1].remainder, $0) }
    for index in order.prefix(missing) {
      quotas[index] += 1
    }
    return quotas
  }
}
