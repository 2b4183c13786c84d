package import OrderedCollections
package import SearchSpace
import Spelling

/// The result that a program gives for a trial.
package struct ProgramResult: Sendable, Equatable {
  /// One an objective.
  package var values: [Double]
  /// By name; feasible where at most 0.
  package var constraints: OrderedDictionary<String, Double> = [:]
  package var attributes: OrderedDictionary<String, JSONValue> = [:]

  package init(
    values: [Double], constraints: OrderedDictionary<String, Double> = [:],
    attributes: OrderedDictionary<String, JSONValue> = [:]
  ) {
    self.values = values
    self.constraints = constraints
    self.attributes = attributes
  }
}

/// What a line that a program prints means.
package enum ProgramMessage: Sendable, Equatable {
  /// How far the trial has come.
  case report(step: Int, value: Double)
  case result(ProgramResult)
  /// The worker has ended the trial because it was told to, or by itself.
  case pruned
  /// The worker could not evaluate the trial.
  case failed(String)
  /// Meant as a message, but none, and what is wrong with it.
  case malformed(String, Intent)
  /// Any other text.
  case none

  /// What a malformed message was meant to be.
  package enum Intent: Sendable {
    case report
    case result
    case other
  }

  /// Whether the line is a message as it should be.
  package var isProper: Bool {
    switch self {
    case .report, .result, .pruned, .failed: true
    case .malformed, .none: false
    }
  }
}

extension ProgramMessage {
  /// Reads a line of a command: a report has `step` and `value`, a result has `value` or `values`.
  package init(commandLine line: [UInt8]) {
    do throws(NoObject) {
      let members = try Self.members(of: line, mark: "\"value")
      if members["value"] == nil, members["values"] == nil {
        self = .none
      } else {
        self = members["step"] != nil ? Self.report(members) : Self.result(members)
      }
    } catch {
      self = error.message
    }
  }

  /// Reads a line of a worker, whose messages have a `type`.
  ///
  /// - Parameter number: The number of the trial that the worker evaluates. A message that names another one is
  ///   malformed; most name none.
  package init(workerLine line: [UInt8], number: Int?) {
    do throws(NoObject) {
      self = Self.workerMessage(try Self.members(of: line, mark: "\"type\""), number: number)
    } catch {
      self = error.message
    }
  }

  private static func workerMessage(_ members: OrderedDictionary<String, JSONValue>, number: Int?) -> ProgramMessage {
    guard let type = members["type"]?.stringValue else { return .none }
    let types = ["report", "result", "pruned", "failed"]
    guard types.contains(type) else {
      return .malformed(
        "unknown type '\(type.prefix(40))' of a message; \(NearestName.hint(for: type, among: types))", .other)
    }
    if let other = members["number"], number == nil || other.intValue != number {
      return .malformed(
        "a message of type '\(type)' for trial \(other.serialized().prefix(20)), which the worker does not have", .other
      )
    }
    switch type {
    case "report": return report(members)
    case "result": return result(members)
    case "pruned": return .pruned
    default: return .failed(members["message"]?.stringValue ?? "the worker gave no reason")
    }
  }

  /// What is said of a line that is too long for a message.
  package static let overlong =
    "a line that begins with a brace and has more than \(LineSplitter.longestMessage >> 20) MiB, the most that a message "
    + "may have; keep large data in a file, and give its path as an attribute"

  /// What a line means that is no object of JSON.
  private struct NoObject: Error {
    let message: ProgramMessage
  }

  /// - Parameters:
  ///   - line: The line.
  ///   - mark: What stands in every message; a line without it that the reader has no place for is none.
  private static func members(of line: [UInt8], mark: String) throws(NoObject) -> OrderedDictionary<String, JSONValue> {
    do throws(JSONError) {
      // Bytes that are no UTF-8 become characters that a text may hold; everything else of JSON is ASCII.
      if case .object(let members) = try JSONValue(parsing: String(decoding: line, as: UTF8.self)) { return members }
    } catch {
      // It may be the result, for which nobody is to look in vain.
      if error.mayBeJSON, line.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"), line.contains(Array(mark.utf8)) {
        let reason =
          "no result: it is \(error.message); name its keys otherwise, or keep such data in a file, and give its path as an "
          + "attribute"
        throw NoObject(message: .malformed(reason, .result))
      }
    }
    throw NoObject(message: .none)
  }

  private static func report(_ members: OrderedDictionary<String, JSONValue>) -> ProgramMessage {
    func refuse(_ reason: String) -> ProgramMessage { .malformed("no report: \(reason)", .report) }
    guard let step = members["step"]?.intValue, step >= 0 else {
      return refuse("its step is \(met(members["step"])), not a whole number of 0 or more")
    }
    guard let value = members["value"]?.doubleValue else {
      return refuse("its value is \(met(members["value"])), not a number")
    }
    return .report(step: step, value: value)
  }

  private static func result(_ members: OrderedDictionary<String, JSONValue>) -> ProgramMessage {
    func refuse(_ reason: String) -> ProgramMessage { .malformed("no result: \(reason)", .result) }
    var result = ProgramResult(values: [])
    switch (members["value"], members["values"]) {
    case (let value?, nil):
      guard let number = value.doubleValue else { return refuse("its value is \(met(value)), not a number") }
      result.values = [number]
    case (nil, let values?):
      guard let numbers = values.arrayValue?.map(\.doubleValue), !numbers.contains(nil) else {
        return refuse("its values are \(met(values)), not a list of numbers")
      }
      result.values = numbers.compactMap { $0 }
    case (nil, nil): return refuse("it has neither 'value' nor 'values'")
    case (_?, _?): return refuse("it has 'value' and 'values', of which one is needed")
    }
    switch members["constraints"] {
    case nil, .null?: break
    case .object(let constraints)?:
      for (name, value) in constraints {
        guard let number = value.doubleValue else {
          return refuse("its constraint '\(name.prefix(40))' is \(met(value)), not a number")
        }
        result.constraints[name] = number
      }
    case let other?: return refuse("its constraints are \(met(other)), not an object of numbers by name")
    }
    switch members["attributes"] {
    case nil, .null?: break
    case .object(let attributes)?: result.attributes = attributes
    case let other?: return refuse("its attributes are \(met(other)), not an object")
    }
    return .result(result)
  }

  private static func met(_ value: JSONValue?) -> String {
    guard let value else { return "missing" }
    let text = value.serialized(.python)
    return text.count > 60 ? text.prefix(60) + "…" : text
  }
}
