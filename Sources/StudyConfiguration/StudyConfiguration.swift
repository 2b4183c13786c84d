package import SearchSpace
package import Trials

/// What a study file says: an objective, its search space, and how the space is searched.
package struct StudyConfiguration: Hashable, Sendable {
  /// The name of the study; nil where the file leaves it to the command.
  package var name: String?
  /// The direction of each value of the objective.
  package var directions: [StudyDirection]
  /// What is made small or large; nil where the file leaves it to the command.
  package var objective: Objective?
  package var space: ParameterSpace
  package var sampler: SamplerConfiguration
  package var pruner: PrunerConfiguration
  /// The finished trials after which the study ends; nil where the file leaves it to the command.
  package var trials: Int?
  /// The trials that run at the same time; nil where the file leaves it to the command.
  package var jobs: Int?
  /// What ends the study earlier.
  package var stop: StopConfiguration
  /// What becomes of trials whose parameters an earlier one has; nil where the file leaves it to the command.
  package var duplicates: DuplicateHandling?
  /// The text that all this was read from.
  package var text: String
  /// The name by which messages call the file.
  package var file: String
}
