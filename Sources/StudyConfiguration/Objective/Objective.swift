/// What a study makes small or large.
package enum Objective: Hashable, Sendable {
  /// A network is trained and measured.
  case training(TrainingObjective)
  /// A program gives the values.
  case program(ProgramConfiguration)

  /// The training, where that is the objective.
  package var training: TrainingObjective? {
    if case .training(let objective) = self { objective } else { nil }
  }

  /// The program, where that is the objective.
  package var program: ProgramConfiguration? {
    if case .program(let program) = self { program } else { nil }
  }

  /// What the values are called; empty for the usual names.
  package var names: [String] {
    switch self {
    case .training(let objective): objective.objectiveNames
    case .program(let program): program.metrics
    }
  }
}
