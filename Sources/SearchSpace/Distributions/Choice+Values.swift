extension Choice {
  /// The number as a double, where the choice is a number.
  public var doubleValue: Double? { json.doubleValue }

  /// The whole number, where the choice is a number without a fraction.
  public var intValue: Int? { json.intValue }

  /// The text, where the choice is a string.
  public var stringValue: String? { json.stringValue }

  /// The truth value, where the choice is a boolean.
  public var boolValue: Bool? { json.boolValue }
}
