import Graphs

/// The targets of a data set as a network learns them: class numbers, zeros with a one at the class, or values of mean 0 and
/// deviation 1.
struct TargetColumn {
  /// The figures that bring values to mean 0 and deviation 1, taken from the training samples.
  struct Scale: Hashable {
    /// The training values' mean.
    let mean: Double
    /// The training values' deviation; 1 where all are equal.
    let deviation: Double

    /// Leaves values as they are.
    static let identity = Scale(mean: 0, deviation: 1)

    init(mean: Double, deviation: Double) {
      self.mean = mean
      self.deviation = deviation
    }

    /// Takes the figures of training values; classes have none.
    init(fitting target: Dataset.Target) {
      guard case .values(let values) = target else {
        self = .identity
        return
      }
      let mean = values.reduce(0) { $0 + Double($1) } / Double(values.count)
      let variance = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(values.count)
      let isConstant = values.allSatisfy { $0 == values.first }
      self.init(mean: mean, deviation: isConstant ? 1 : variance.squareRoot())
    }
  }

  /// The numbers of a sample: one, or one a class.
  let width: Int
  /// The samples' numbers, sample after sample.
  let elements: [Float]

  /// Scales values; class numbers stay what they are, but where a loss compares each class with all others.
  init(_ target: Dataset.Target, scale: Scale, loss: Loss?) {
    width = loss == .binaryCrossEntropy ? target.outputWidth : 1
    switch target {
    case .classes(let labels, _) where width > 1:
      var rows = [Float](repeating: 0, count: labels.count * width)
      for (row, label) in labels.enumerated() { rows[row * width + Int(label)] = 1 }
      elements = rows
    case .classes(let labels, _): elements = labels.map { Float($0) }
    case .values(let values): elements = values.map { Float((Double($0) - scale.mean) / scale.deviation) }
    }
  }
}
