/// The shift and scale that bring features to mean 0 and deviation 1.
///
/// A table is standardized column by column. Images are standardized by one mean and one deviation a channel, so that
/// a pixel that is nearly always black keeps its small values instead of having its noise magnified.
public struct Standardization: Sendable, Hashable {
  /// The mean of each column or channel.
  public let means: [Float]
  /// The deviation of each column or channel, over all samples rather than one fewer; 1 where all values are equal, or so
  /// nearly that the deviation is below the least normal number.
  public let deviations: [Float]

  /// Takes figures as they were kept.
  package init(means: [Float], deviations: [Float]) {
    self.means = means
    self.deviations = deviations
  }

  /// Takes the figures of a data set, in double precision and in two passes.
  ///
  /// - Parameters:
  ///   - dataset: The training samples.
  ///   - encoding: How the samples were encoded; indicators stay the zeros and ones that they are.
  /// - Complexity: O(count · width).
  public init(fitting dataset: Dataset, encoding: OneHotEncoding? = nil) {
    let groupCount = Self.groupCount(of: dataset)
    let share = Double(groupCount) / Double(dataset.features.count)

    var sums = [Double](repeating: 0, count: groupCount)
    var smallest = [Float](repeating: .infinity, count: groupCount)
    var largest = [Float](repeating: -.infinity, count: groupCount)
    Self.forEachValue(of: dataset, groupCount) { index, value in
      sums[index] += Double(value)
      smallest[index] = min(smallest[index], value)
      largest[index] = max(largest[index], value)
    }
    let means = sums.map { $0 * share }
    var squares = [Double](repeating: 0, count: groupCount)
    Self.forEachValue(of: dataset, groupCount) { index, value in
      let difference = Double(value) - means[index]
      squares[index] += difference * difference
    }
    let isIndicator = encoding?.isIndicator ?? Array(repeating: false, count: groupCount)
    self.means = zip(means, isIndicator).map { $1 ? 0 : Float($0) }
    deviations = squares.indices.map { index in
      if isIndicator[index] { return 1 }
      // Equality, not the sum of squares, tells a constant: rounding leaves a little of the latter. A deviation that is not
      // normal has no reciprocal to scale by.
      let deviation = Float((squares[index] * share).squareRoot())
      return smallest[index] == largest[index] || !deviation.isNormal ? 1 : deviation
    }
  }

  /// The bytes that a device keeps of it: a mean and a scale of 4 bytes each. Those of all features alike are a part of the code.
  package var constantBytes: Int { means.count == 1 ? 0 : 8 * means.count }

  /// What is wrong with figures that were kept in a file, or nil.
  var fault: String? {
    for (group, (mean, deviation)) in zip(means, deviations).enumerated()
    where !mean.isFinite || !deviation.isNormal || deviation < 0 {
      return
        "column or channel \(group) is standardized by a mean of \(mean) and a deviation of \(deviation), by which no number "
        + "can be scaled"
    }
    return nil
  }

  /// The data set with the features shifted and scaled; its shape must be that of the one fitted.
  public func applied(to dataset: Dataset) -> Dataset {
    var result = dataset
    apply(to: &result)
    return result
  }

  /// Shifts and scales the features where they lie.
  func apply(to dataset: inout Dataset) {
    precondition(
      Self.groupCount(of: dataset) == means.count, "the data set has another shape than the one fitted")
    let scales = deviations.map { 1 / $0 }
    dataset.features.withUnsafeMutableBufferPointer { features in
      for start in stride(from: 0, to: features.count, by: means.count) {
        for index in means.indices {
          features[start + index] = (features[start + index] - means[index]) * scales[index]
        }
      }
    }
  }

  /// The number of columns of a table, or of channels of images, which come last in memory.
  private static func groupCount(of dataset: Dataset) -> Int {
    dataset.featureShape[dataset.featureShape.count - 1]
  }

  private static func forEachValue(of dataset: Dataset, _ groupCount: Int, _ body: (Int, Float) -> Void) {
    var position = 0
    while position < dataset.features.count {
      for index in 0..<groupCount {
        body(index, dataset.features[position])
        position += 1
      }
    }
  }
}
