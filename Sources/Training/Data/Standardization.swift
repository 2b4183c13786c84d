/// The shift and scale that bring features to mean 0 and deviation 1.
///
/// A table is standardized column by column. Images are standardized by one mean and one deviation a channel, so that
/// a pixel that is nearly always black keeps its small values instead of having its noise magnified.
public struct Standardization: Sendable, Hashable {
  /// The mean of each column or channel.
  public let means: [Float]
  /// The deviation of each column or channel, over all samples rather than one fewer; 1 where all values are equal.
  public let deviations: [Float]

  /// Takes the figures of a data set, in double precision and in two passes.
  ///
  /// - Complexity: O(count · width).
  public init(fitting dataset: Dataset) {
    let group = Self.groupWidth(of: dataset)
    let groupCount = dataset.width / group
    let share = 1 / Double(dataset.count * group)

    var sums = [Double](repeating: 0, count: groupCount)
    var smallest = [Float](repeating: .infinity, count: groupCount)
    var largest = [Float](repeating: -.infinity, count: groupCount)
    Self.forEachValue(of: dataset, group: group) { index, value in
      sums[index] += Double(value)
      smallest[index] = min(smallest[index], value)
      largest[index] = max(largest[index], value)
    }
    let means = sums.map { $0 * share }
    var squares = [Double](repeating: 0, count: groupCount)
    Self.forEachValue(of: dataset, group: group) { index, value in
      let difference = Double(value) - means[index]
      squares[index] += difference * difference
    }
    self.means = means.map { Float($0) }
    deviations = squares.indices.map { index in
      // Equality, not the sum of squares, tells a constant: rounding leaves a little of the latter.
      let deviation = Float((squares[index] * share).squareRoot())
      return smallest[index] == largest[index] || deviation == 0 ? 1 : deviation
    }
  }

  /// The data set with the features shifted and scaled; its shape must be that of the one fitted.
  public func applied(to dataset: Dataset) -> Dataset {
    let group = Self.groupWidth(of: dataset)
    precondition(dataset.width / group == means.count, "the data set has another shape than the one fitted")
    let scales = deviations.map { 1 / $0 }
    var result = dataset
    var position = 0
    for _ in 0..<dataset.count {
      for index in means.indices {
        let (mean, scale) = (means[index], scales[index])
        for _ in 0..<group {
          result.features[position] = (result.features[position] - mean) * scale
          position += 1
        }
      }
    }
    return result
  }

  /// The number of neighbouring features that share their figures.
  private static func groupWidth(of dataset: Dataset) -> Int {
    dataset.featureShape.count == 3 ? dataset.width / dataset.featureShape[0] : 1
  }

  private static func forEachValue(of dataset: Dataset, group: Int, _ body: (Int, Float) -> Void) {
    var position = 0
    for _ in 0..<dataset.count {
      for index in 0..<(dataset.width / group) {
        for _ in 0..<group {
          body(index, dataset.features[position])
          position += 1
        }
      }
    }
  }
}
