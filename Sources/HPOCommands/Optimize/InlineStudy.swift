import ArgumentParser
import HPO
import OrderedCollections
import Spelling
import StudyConfiguration

/// A study that the command line describes: parameters, and mostly a program.
///
/// It becomes a study file, which is kept with the study like one that a person wrote; so there is one way in which a
/// study goes on, is shown and is compared with what is asked for.
struct InlineStudy {
  /// The first line of such a file.
  static let heading = "# Written by hpo from its command line."

  let space: SpaceOptions
  let program: ProgramOptions?

  /// The study that the command line describes, with what it leaves open from the study's earlier one; nil where it
  /// describes none.
  ///
  /// - Parameters:
  ///   - name: The study's name.
  ///   - storage: Where the study may be.
  /// - Throws: `ValidationError`, `SearchSpaceError`, `ConfigurationError`.
  func configuration(named name: String?, in storage: any Storage) throws -> StudyConfiguration? {
    let isProgram = !(program?.command.isEmpty ?? true) || program?.worker == true
    guard !space.isEmpty || isProgram else { return nil }
    guard let name, !name.isEmpty else { throw ValidationError("--study NAME is needed") }
    let record = try storage.study(named: name)
    let kept = try record.flatMap { try storage.document(.configuration, study: $0.id) }
    if let kept, !kept.hasPrefix(Self.heading) {
      throw ValidationError(
        "the study '\(name.inMessage)' has a study file; change parameters and command there and give it by --config, or take "
          + "another --study")
    }
    let earlier = try kept.map { try StudyConfiguration(bytes: Array($0.utf8), file: "the study '\(name.inMessage)'") }
    var entries = try space.entries()
    if entries.isEmpty { entries = earlier?.space.entries ?? [] }
    guard !entries.isEmpty else {
      throw ValidationError("give the parameters, such as --float lr=1e-5..1e-1,log or --choice act=relu,tanh")
    }
    var command = earlier?.objective?.program
    if let program, isProgram {
      if !program.command.isEmpty {
        var new = ProgramConfiguration(command: program.command)
        new.trialTimeout = command?.trialTimeout
        new.trialMemory = command?.trialMemory
        new.grace = command?.grace
        command = new
      }
      guard command != nil else {
        throw ValidationError("--worker needs the command of the worker behind '--', such as -- python3 worker.py")
      }
      command?.isWorker = program.worker
    }
    if var limited = command, let program {
      program.limit(&limited)
      command = limited
    }
    let directions = space.direction.isEmpty ? record?.directions ?? [.minimize] : space.direction
    let text = Self.text(name: name, directions: directions, program: command, entries: entries)
    return try StudyConfiguration(bytes: Array(text.utf8), file: "the command line")
  }

  // MARK: - The study file

  private static func text(
    name: String, directions: [StudyDirection], program: ProgramConfiguration?, entries: [ParameterSpace.Entry]
  ) -> String {
    var lines = [heading, "study: \(quoted(name))"]
    lines.append("directions: [\(directions.map(\.rawValue).joined(separator: ", "))]")
    if let program {
      lines.append("objective:")
      lines.append("  command: [\(program.command.map(quoted).joined(separator: ", "))]")
      if program.isWorker { lines.append("  worker: true") }
      if let time = program.trialTimeout { lines.append("  trialTimeout: \(time.text)") }
      if let memory = program.trialMemory { lines.append("  trialMemory: \(memory)") }
      if let grace = program.grace { lines.append("  grace: \(grace.text)") }
    }
    lines.append("space:")
    lines += entries.map { "  \(quoted($0.name)): \(text(of: $0.distribution))" }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func text(of distribution: Distribution) -> String {
    switch distribution {
    case .float(let range):
      let step = range.step.map { ", step: \(number($0))" } ?? ""
      return "{float: \(number(range.low))..\(number(range.high))\(range.log ? ", log: true" : "")\(step)}"
    case .int(let range):
      let step = range.step == 1 ? "" : ", step: \(range.step)"
      return "{int: \(range.low)..\(range.high)\(range.log ? ", log: true" : "")\(step)}"
    case .categorical(let list): return "{choice: [\(list.choices.map(text).joined(separator: ", "))]}"
    }
  }

  private static func text(of choice: Choice) -> String {
    switch choice {
    case .string(let text): quoted(text)
    case .double(let value): number(value)
    case .null, .bool, .int: choice.description
    }
  }

  /// A number in YAML.
  private static func number(_ value: Double) -> String {
    guard !value.isFinite else { return JSONValue.double(value).serialized() }
    return value.isNaN ? ".nan" : value < 0 ? "-.inf" : ".inf"
  }

  /// A text between double quotes, which JSON and YAML write alike but for control characters that JSON lets stand.
  private static func quoted(_ text: String) -> String {
    JSONValue.string(text).serialized().unicodeScalars.map { scalar in
      (0x7F...0x9F).contains(scalar.value) ? "\\u00" + String(scalar.value, radix: 16) : String(scalar)
    }.joined()
  }
}
