import OrderedCollections
import SearchSpace
import Training

extension ObjectiveReader {
  /// Reports the hyperparameters that the file fixes or searches although they change nothing in any trial.
  ///
  /// - Parameters:
  ///   - space: What is searched.
  ///   - member: Where it stands; nil where the file has none.
  func checkEffects(in space: ParameterSpace, _ member: MappingReader.Member?, _ log: MistakeLog) {
    guard let objective else { return }
    for hyperparameter in hyperparameters {
      let name = hyperparameter.name
      let entry = space.entries.first { $0.name == name }
      guard let position = entry == nil ? fixedPosition(of: name) : member?.keyPosition(of: name) else { continue }
      func mayHold(_ fact: Premise.Fact) -> Bool {
        switch fact {
        case .teacher: objective.teacher != nil
        case .classes: objective.data.task != .regression
        case .value(let other, let values): mayBe(other, values, in: space, where: entry?.condition)
        }
      }
      guard let missing = hyperparameter.missingPremise(in: objective.network, mayHold) else { continue }
      log.report(
        .contradiction, at: position,
        missing.complaint(about: "'\(name)'") { fact in state(insteadOf: fact, in: space, of: name) })
    }
  }

  private func fixedPosition(of name: String) -> Position? {
    if let known = known[name], case .fixed(let position) = known.origin { position } else { nil }
  }

  /// Whether a hyperparameter has one of some values in a trial in which a condition holds.
  private func mayBe(
    _ hyperparameter: Hyperparameter, _ values: Premise.Values, in space: ParameterSpace,
    where condition: ParameterSpace.Condition?
  ) -> Bool {
    let name = hyperparameter.name
    guard let entry = space.entries.first(where: { $0.name == name }) else {
      return known[name]?.value.map(values.contains) ?? true
    }
    if let required = condition?.requirements[name] { return required.contains(where: values.contains) }
    return values.contains(valueOf: entry.distribution)
      || entry.condition != nil && values.contains(hyperparameter.defaultValue)
  }

  /// What is the case where a fact holds in no trial.
  private func state(insteadOf fact: Premise.Fact, in space: ParameterSpace, of name: String) -> String {
    switch fact {
    case .teacher: return "there is no 'teacher'"
    case .classes: return "the data are values to predict"
    case .value(let other, let values):
      let isSearched = space.entries.contains { $0.name == other.name }
      if !isSearched, let known = known[other.name], let value = known.value {
        return "\(other.name) is \(known.phrase(value))"
      }
      return "\(other.name) is never \(values.description) where '\(name)' exists"
    }
  }
}

extension MappingReader.Member {
  /// Where a key below this one stands.
  fileprivate func keyPosition(of key: String) -> Position? {
    guard case .mapping(let members) = value.content else { return nil }
    return members.first { $0.key == key }?.keyPosition
  }
}
