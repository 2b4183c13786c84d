public import OrderedCollections
public import SearchSpace
public import Trials

/// Proposes the parameters of the next trial from the history of a study.
///
/// # Contract
/// A sampler is a value without state: whatever it draws for a trial follows from the history that it is shown and
/// from the draw's own generator, which derives from (seed of the study, number of the trial, purpose) alone. So a study
/// that is interrupted and resumed does not repeat its draws, and parallel trials cannot disturb each other's.
///
/// For one trial the engine calls, in this order: `isExhausted`, before a new trial is created (a waiting one is run in
/// any case); `assignment`, once, as a new trial starts; `relativeSpace` and `sampleRelative`, once, before the first
/// parameter; `relativeAttributes`, once, where the relative sample is not empty; `sampleIndependent` for each parameter
/// that the relative sample does not hold or whose asked range does not contain it. Distributions with a single value
/// are never asked for. From `assignment` on, the history holds the trial itself among the running ones, with the
/// attributes that it was assigned.
public protocol Sampler: Sendable {
  /// The name by which commands and study files call the sampler.
  static var name: String { get }

  /// What a study's randomness derives from; nil leaves it to the study.
  var seed: UInt64? { get }

  /// Whether another draw of the same trial may yield something else.
  var canRedraw: Bool { get }

  /// Whether every point has been tried, is being tried or waits for it, so that no new trial is to be started.
  func isExhausted(_ history: TrialHistory) -> Bool

  /// System attributes by which the sampler assigns something to a trial as it starts (a grid point, a generation).
  func assignment(for draw: Draw, history: TrialHistory) -> OrderedDictionary<String, JSONValue>

  /// The parameters that are drawn jointly, sorted by name.
  func relativeSpace(_ history: TrialHistory) -> OrderedDictionary<String, Distribution>

  /// Internal values of the parameters of the relative space, or of some of them.
  func sampleRelative(
    _ space: OrderedDictionary<String, Distribution>, draw: Draw, history: TrialHistory
  ) -> OrderedDictionary<String, Double>

  /// System attributes by which a relative sample is made known to other processes before its parameters are asked for.
  func relativeAttributes(
    for sample: OrderedDictionary<String, Double>, in space: OrderedDictionary<String, Distribution>
  ) -> OrderedDictionary<String, JSONValue>

  /// An internal value of one parameter by itself.
  ///
  /// - Throws: `SamplerError` where the sampler cannot serve the parameter.
  func sampleIndependent(
    _ name: String, _ distribution: Distribution, draw: Draw, history: TrialHistory
  ) throws -> Double
}

extension Sampler {
  public var canRedraw: Bool { true }

  public func isExhausted(_ history: TrialHistory) -> Bool { false }

  public func assignment(for draw: Draw, history: TrialHistory) -> OrderedDictionary<String, JSONValue> { [:] }

  public func relativeSpace(_ history: TrialHistory) -> OrderedDictionary<String, Distribution> { [:] }

  public func sampleRelative(
    _ space: OrderedDictionary<String, Distribution>, draw: Draw, history: TrialHistory
  ) -> OrderedDictionary<String, Double> { [:] }

  public func relativeAttributes(
    for sample: OrderedDictionary<String, Double>, in space: OrderedDictionary<String, Distribution>
  ) -> OrderedDictionary<String, JSONValue> { [:] }
}
