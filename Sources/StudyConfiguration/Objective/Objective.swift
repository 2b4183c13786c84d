/// What a study makes small or large.
package enum Objective: Hashable, Sendable {
  /// A network is trained and measured.
  case training(TrainingObjective)

  /// The training, where that is the objective.
  package var training: TrainingObjective? {
    switch self {
    case .training(let objective): objective
    }
  }
}
