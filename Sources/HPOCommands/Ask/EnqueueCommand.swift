import ArgumentParser
import HPO
import OrderedCollections
import Spelling
import StudyConfiguration

struct EnqueueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enqueue",
    abstract: "Adds a trial that the next run or ask takes up, with parameters that you choose.",
    discussion: """
      Parameters that are not named are sampled.

      Examples:
        hpo enqueue --study tune --params '{"lr": 0.01, "act": "relu"}'
        hpo enqueue --study tune --params '{"lr": 0.01}' --attributes '{"source": "paper"}'
      """)

  @OptionGroup var storage: StorageOptions
  @OptionGroup var study: StudyOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "The parameters as a JSON object.")
  var params: String

  @Option(help: "Attributes to keep with the trial, as a JSON object.")
  var attributes: String = "{}"

  func run() throws {
    let members = try Self.object(params, option: "--params", example: #"{"lr": 0.01}"#)
    let attributes = try Self.object(attributes, option: "--attributes", example: #"{"source": "paper"}"#)
    var values: OrderedDictionary<String, Choice> = [:]
    for (name, value) in members {
      guard let choice = Choice(json: value) else {
        throw ValidationError("--params: '\(name)' is \(value.serialized()), not a number, a text, true, false or null")
      }
      values[name] = choice
    }
    let trial = try storage.withStorage { storage in
      let record = try study.record(in: storage)
      if try storage.document(.configuration, study: record.id) != nil {
        try Self.check(values, space: StudyConfiguration.kept(with: record, in: storage).space)
      }
      return try Study(kept: record, in: storage).enqueue(values, userAttributes: attributes)
    }
    switch output.format {
    case .json: Terminal.write(JSONValue.object(["number": .int(trial.number)]).serialized() + "\n")
    case .csv, .table: Terminal.write("trial \(trial.number) waits to be run\n")
    }
  }

  private static func object(
    _ text: String, option: String, example: String
  ) throws -> OrderedDictionary<String, JSONValue> {
    do {
      if case .object(let members) = try JSONValue(parsing: text) { return members }
    } catch {
      throw ValidationError("\(option): \(error); expected an object such as \(example)")
    }
    throw ValidationError("\(option): expected an object such as \(example), met \(text.prefix(40))")
  }

  /// - Throws: `ValidationError` for a name or a value that the study does not have.
  private static func check(_ values: OrderedDictionary<String, Choice>, space: ParameterSpace) throws {
    let distributions = space.distributions
    for (name, value) in values {
      guard let distribution = distributions[name] else {
        throw ValidationError(
          "--params: the study has no parameter '\(name)'; \(NearestName.hint(for: name, among: distributions.keys))")
      }
      do throws(SearchSpaceError) {
        if try !distribution.contains(internal: distribution.internal(value)) {
          Terminal.writeError(
            "note: \(name) = \(value) lies outside of its range; the trial runs with it all the same\n")
        }
      } catch {
        throw ValidationError("--params: \(name): \(error.message)")
      }
    }
  }
}
