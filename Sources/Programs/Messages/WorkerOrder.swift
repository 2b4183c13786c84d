package import OrderedCollections
package import SearchSpace

/// What a worker is told.
package enum WorkerOrder: Sendable {
  case trial(number: Int, values: OrderedDictionary<String, Choice>, seed: Int)
  case goOn
  case prune
  case stop

  /// The order as a line of JSON without its end.
  package var line: String {
    let members: OrderedDictionary<String, JSONValue> =
      switch self {
      case .trial(let number, let values, let seed):
        [
          "type": "trial", "number": .int(number), "params": .object(values.mapValues(\.json)), "seed": .int(seed),
        ]
      case .goOn: ["type": "continue"]
      case .prune: ["type": "prune"]
      case .stop: ["type": "stop"]
      }
    return JSONValue.object(members).serialized()
  }
}
