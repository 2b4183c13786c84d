import Training
import Trials

extension Metric {
  /// Whether a study makes the metric small or large.
  var direction: StudyDirection { isHigherBetter ? .maximize : .minimize }
}
