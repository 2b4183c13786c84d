public import OrderedCollections
import SearchSpace

extension FrozenTrial {
  /// What the system attribute of a constraint's value is called, before its name.
  package static let constraintPrefix = "constraints:"
  /// The system attribute that held a list of constraint values before Optuna 5.
  package static let constraintListKey = "constraints"

  /// The constraints' values by name; a value of at most 0 is feasible. Values from a list have their position as name,
  /// and a named value of the same name wins.
  public var constraints: OrderedDictionary<String, Double> {
    var result: OrderedDictionary<String, Double> = [:]
    for (index, value) in (systemAttributes[Self.constraintListKey]?.arrayValue ?? []).enumerated() {
      result[String(index)] = value.doubleValue
    }
    for (key, value) in systemAttributes where key.hasPrefix(Self.constraintPrefix) {
      result[String(key.dropFirst(Self.constraintPrefix.count))] = value.doubleValue
    }
    return result
  }

  /// By how much the constraints are broken, `Σ max(0, c)`; 0 for a feasible trial, infinite where one is NaN.
  public var violation: Double { constraints.values.reduce(0) { $0 + ($1.isNaN ? .infinity : max(0, $1)) } }

  /// Whether every constraint holds.
  public var isFeasible: Bool { violation == 0 }
}
