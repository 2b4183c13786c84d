import OrderedCollections
import SearchSpace
import Spelling

/// Reads what stands under `objective` where that is a program.
struct ProgramReader {
  static let keys = ["command", "worker", "metric", "metrics", "environment", "trialTimeout", "trialMemory", "grace"]

  /// Nil where the file has mistakes in it.
  private(set) var program: ProgramConfiguration?

  /// Whether the keys of an objective are those of a program.
  static func describes(_ node: YAMLNode) -> Bool {
    guard case .mapping(let members) = node.content else { return false }
    if members.contains(where: { $0.key == "command" }) { return true }
    if members.contains(where: { ["data", "network"].contains($0.key) }) { return false }
    let others = Hyperparameter.all(of: .mlp).map(\.name) + ["data", "network", "metric", "selection", "split"]
    return members.contains { NearestName.find($0.key, among: ["command"] + others) == "command" }
  }

  /// Nil, with a message, where the value is no mapping.
  ///
  /// - Parameters:
  ///   - folder: Where the program runs.
  ///   - objectives: How many values it gives, nil where that is not known.
  init?(_ member: MappingReader.Member, folder: String?, objectives: Int?, log: MistakeLog) {
    guard
      let reader = MappingReader(
        member.value, path: "objective", at: member.keyPosition, keys: Self.keys, log: log,
        expectation: "keys such as command")
    else { return nil }
    let command = reader.required("command").flatMap { Self.command($0, log: log) }
    let metrics = Self.metrics(reader, objectives: objectives, log: log)
    let environment = Self.environment(reader, log: log)
    let trialTimeout = reader.time("trialTimeout")
    let trialMemory = reader.memory("trialMemory")
    let grace = reader.time("grace")
    let isWorker = reader.flag("worker")
    guard let command else { return }
    var program = ProgramConfiguration(command: command)
    program.isWorker = isWorker ?? false
    program.metrics = metrics
    program.environment = environment
    program.trialTimeout = trialTimeout
    program.trialMemory = trialMemory
    program.grace = grace
    program.folder = folder
    self.program = program
  }

  /// A list of arguments as it is; a text is a line for the shell.
  private static func command(_ member: MappingReader.Member, log: MistakeLog) -> [String]? {
    let value = member.value
    if case .scalar(let scalar) = value.content, !scalar.text.isEmpty { return ["/bin/sh", "-c", scalar.text] }
    guard case .list(let elements) = value.content, !elements.isEmpty else {
      if !value.isInvalid {
        let met = if case .list = value.content { "an empty list" } else { value.met }
        log.report(
          .wrongType, at: value.position,
          "objective.command: expected a program with its arguments, such as [python3, train.py, --lr, \"{lr}\"], "
            + "or a line for the shell, met \(met)")
      }
      return nil
    }
    let arguments = elements.compactMap { element -> String? in
      // A number is an argument as it is written.
      if case .scalar(let scalar) = element.content { return scalar.text }
      if !element.isInvalid {
        log.report(
          .wrongType, at: element.position,
          "objective.command: expected a text, met \(element.met); a parameter's place is written in quotes, \"{lr}\"")
      }
      return nil
    }
    guard let first = arguments.first, arguments.count == elements.count else { return nil }
    guard !first.isEmpty else {
      log.report(.invalidValue, at: elements[0].position, "objective.command: the name of the program is empty")
      return nil
    }
    return arguments
  }

  private static func metrics(_ reader: MappingReader, objectives: Int?, log: MistakeLog) -> [String] {
    if let metric = reader.members["metric"], let metrics = reader.members["metrics"] {
      log.report(
        .contradiction, at: max(metric.keyPosition, metrics.keyPosition),
        "objective: 'metric' and 'metrics' exclude each other; keep one of them")
      return []
    }
    guard let member = reader.members["metric"] ?? reader.members["metrics"] else { return [] }
    let names = member.key == "metric" ? reader.text("metric").map { [$0] } : reader.texts("metrics")
    guard let names else { return [] }
    if let objectives, names.count != objectives {
      log.report(
        .contradiction, at: member.keyPosition,
        "objective: \(names.count == 1 ? "one name is" : "\(names.count) names are") given for "
          + "\(objectives == 1 ? "one direction" : "\(objectives) directions")")
    }
    return names
  }

  private static func environment(_ reader: MappingReader, log: MistakeLog) -> OrderedDictionary<String, String> {
    guard let member = reader.members["environment"],
      let variables = MappingReader(
        member.value, path: "objective.environment", at: member.keyPosition, keys: nil, log: log,
        expectation: "variables such as {OMP_NUM_THREADS: 1}")
    else { return [:] }
    var environment: OrderedDictionary<String, String> = [:]
    for variable in variables.members.values {
      guard case .scalar(let scalar) = variable.value.content else {
        if !variable.value.isInvalid {
          log.report(
            .wrongType, at: variable.value.position,
            "objective.environment.\(variable.key.shortened): expected a text, met \(variable.value.met)")
        }
        continue
      }
      guard !variable.key.isEmpty, !variable.key.contains("=") else {
        log.report(
          .invalidValue, at: variable.keyPosition,
          "objective.environment: '\(variable.key.shortened)' is no name of a variable")
        continue
      }
      environment[variable.key] = scalar.text
    }
    return environment
  }
}

extension MappingReader {
  /// A time such as 90s or 2h; nil for an absent key, and with a message for anything else.
  func time(_ key: String) -> Duration? {
    quantity(key, expectation: "a time such as 90s, 10m or 2h", Duration.init(text:))
  }

  /// An amount of memory such as 512M or 4G; nil for an absent key, and with a message for anything else.
  func memory(_ key: String) -> Int? {
    quantity(key, expectation: "an amount of memory such as 512M or 4G, at least 1M", { MemoryAmount(text: $0)?.bytes })
  }

  private func quantity<Value>(_ key: String, expectation: String, _ read: (String) -> Value?) -> Value? {
    guard let member = members[key] else { return nil }
    if case .scalar(let scalar) = member.value.content, let value = read(scalar.text) { return value }
    if !member.value.isInvalid {
      log.report(
        .invalidValue, at: member.value.position, "\(path(key)): expected \(expectation), met \(member.value.met)")
    }
    return nil
  }
}
