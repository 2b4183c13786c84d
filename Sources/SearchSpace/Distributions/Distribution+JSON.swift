import OrderedCollections

extension Distribution {
  /// The distribution in Optuna's JSON, byte for byte as Optuna writes it.
  public var json: String {
    let name: String
    let attributes: JSONValue
    switch self {
    case .float(let distribution):
      name = "FloatDistribution"
      attributes = [
        "step": distribution.step.map(JSONValue.double) ?? .null, "low": .double(distribution.low),
        "high": .double(distribution.high), "log": .bool(distribution.log),
      ]
    case .int(let distribution):
      name = "IntDistribution"
      attributes = [
        "log": .bool(distribution.log), "step": .int(distribution.step), "low": .int(distribution.low),
        "high": .int(distribution.high),
      ]
    case .categorical(let distribution):
      name = "CategoricalDistribution"
      attributes = ["choices": .array(distribution.choices.map(\.json))]
    }
    return JSONValue.object(["name": .string(name), "attributes": attributes]).serialized(.python)
  }

  /// Reads Optuna's JSON, in the long form and in the abbreviated one (`{"type": "float", "low": …}`).
  ///
  /// - Throws: `SearchSpaceError.malformedJSON` that says what is missing or wrong.
  public init(json text: String) throws(SearchSpaceError) {
    func fail(_ reason: String) -> SearchSpaceError {
      SearchSpaceError(.malformedJSON, "the distribution \(text.prefix(200)) cannot be read: \(reason)")
    }
    let value: JSONValue
    do throws(JSONError) { value = try JSONValue(parsing: text) } catch { throw fail(error.description) }
    guard let name = (value["name"] ?? value["type"])?.stringValue else { throw fail("it has no name") }
    let attributes = value["attributes"] ?? value
    func number(_ key: String) throws(SearchSpaceError) -> Double {
      guard let number = attributes[key]?.doubleValue else { throw fail("'\(key)' is no number") }
      return number
    }
    func integer(_ key: String, default fallback: Int? = nil) throws(SearchSpaceError) -> Int {
      guard let number = attributes[key]?.intValue ?? fallback else { throw fail("'\(key)' is no whole number") }
      return number
    }
    let log = attributes["log"]?.boolValue ?? false
    switch name {
    case "FloatDistribution", "float":
      self = .float(
        try FloatDistribution(
          storedLow: number("low"), high: number("high"), log: log, step: attributes["step"]?.doubleValue)
      )
    case "UniformDistribution":
      self = .float(try FloatDistribution(low: number("low"), high: number("high")))
    case "LogUniformDistribution":
      self = .float(try FloatDistribution(low: number("low"), high: number("high"), log: true))
    case "DiscreteUniformDistribution":
      self = .float(try FloatDistribution(low: number("low"), high: number("high"), step: number("q")))
    case "IntDistribution", "int", "IntUniformDistribution":
      self = .int(
        try IntDistribution(low: integer("low"), high: integer("high"), log: log, step: integer("step", default: 1)))
    case "IntLogUniformDistribution":
      self = .int(try IntDistribution(low: integer("low"), high: integer("high"), log: true))
    case "CategoricalDistribution", "categorical":
      guard let choices = attributes["choices"]?.arrayValue, !choices.isEmpty else { throw fail("it has no choices") }
      let decoded = choices.compactMap(Choice.init(json:))
      guard decoded.count == choices.count else { throw fail("a choice is a list or an object") }
      self = .categorical(CategoricalDistribution(stored: decoded))
    default:
      throw fail("'\(name)' is no kind of distribution")
    }
  }
}
