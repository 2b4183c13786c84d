/// An error after which no further trial can succeed: thrown by an objective, it ends the run, and the trial waits to be
/// run again, where any other error fails the trial.
public protocol RunEndingError: Error {}
