/// What became of the attempt to start a trial.
enum TrialStart {
  case started(Trial)
  /// The study holds as many trials as it may, or the sampler has nothing left to try.
  case nothingLeft
  /// The trial whose turn it is sees others of which this one is not finished.
  case mustWait(number: Int, for: Int)
  /// A rule ends the search.
  case ended(reason: String)
}
