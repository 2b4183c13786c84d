import RealModule

/// Kernels of one choice: each puts a small weight on all choices and the greatest on the observed one; the last kernel
/// is the prior's, which is uniform.
struct CategoricalKernels {
  let choiceCount: Int
  /// The observed choice of each kernel; `choiceCount` for the prior.
  let observed: ArenaArray<Int32>

  /// - Parameter observed: The choices, with an element more, which becomes the prior's.
  init(choiceCount: Int, observed: ArenaArray<Int32>) {
    self.choiceCount = choiceCount
    self.observed = observed
    observed[observed.count - 1] = Int32(choiceCount)
  }

  /// The probability of a choice under the kernel of an observed one.
  func probability(of choice: Int, observed: Int) -> Double {
    guard observed < choiceCount else { return 1 / Double(choiceCount) }
    let share = 1 / Double(self.observed.count)
    return (share + (choice == observed ? 1 : 0)) / (share * Double(choiceCount) + 1)
  }

  /// The logarithms of all probabilities that there are: of the choice that was observed, of another one, and of any choice
  /// under the prior's kernel.
  var logProbabilities: (ofObserved: Double, ofOther: Double, ofPrior: Double) {
    (
      Double.log(probability(of: 0, observed: 0)), Double.log(probability(of: 1, observed: 0)),
      Double.log(probability(of: 0, observed: choiceCount))
    )
  }

  /// Choices drawn from some kernels.
  ///
  /// - Parameter shares: In (0, 1), one a kernel.
  func samples(of kernels: ArenaArray<Int32>, shares: ArenaArray<Double>) -> ArenaArray<Double> {
    let (likely, unlikely) = (probability(of: 0, observed: 0), probability(of: 1, observed: 0))
    let even = probability(of: 0, observed: choiceCount)
    let samples: ArenaArray<Double> = kernels.arena.array(kernels.count)
    for (point, kernel) in kernels.enumerated() {
      let observed = Int(observed[Int(kernel)])
      var (choice, rest) = (0, shares[point])
      while choice < choiceCount - 1 {
        rest -= observed == choiceCount ? even : choice == observed ? likely : unlikely
        if rest < 0 { break }
        choice += 1
      }
      samples[point] = Double(choice)
    }
    return samples
  }
}
