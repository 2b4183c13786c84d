import RealModule

/// Kernels of one choice: each puts a small weight on all choices and the greatest on the observed one; the last kernel
/// is the prior's, which is uniform.
struct CategoricalKernels {
  let choiceCount: Int
  /// The observed choice of each kernel; `choiceCount` for the prior.
  let observed: [Int32]

  init(choiceCount: Int, observed: [Int32]) {
    self.choiceCount = choiceCount
    self.observed = observed + [Int32(choiceCount)]
  }

  /// The probability of a choice under the kernel of an observed one.
  func probability(of choice: Int, observed: Int) -> Double {
    guard observed < choiceCount else { return 1 / Double(choiceCount) }
    let share = 1 / Double(self.observed.count)
    return (share + (choice == observed ? 1 : 0)) / (share * Double(choiceCount) + 1)
  }

  /// The logarithm of `probability(of:observed:)`.
  func logProbability(of choice: Int, observed: Int) -> Double {
    Double.log(probability(of: choice, observed: observed))
  }

  /// A choice drawn from a kernel.
  ///
  /// - Parameter share: In (0, 1).
  func sample(kernel: Int, share: Double) -> Double {
    let observed = Int(observed[kernel])
    var rest = share
    for choice in 0..<choiceCount {
      rest -= probability(of: choice, observed: observed)
      if rest < 0 { return Double(choice) }
    }
    return Double(choiceCount - 1)
  }
}
