import ArgumentParser
import HPO
import OrderedCollections
import Spelling
import StudyConfiguration

extension TrainingObjective {
  /// What the command line sets, by name.
  ///
  /// - Parameters:
  ///   - assignments: What it says.
  ///   - trial: The trial that is trained again, whose architecture stays as it is.
  /// - Throws: `ValidationError` for a name that is none, or that is set twice; `SearchSpaceError` for a value that training
  ///   does not accept.
  func settings(
    _ assignments: [Assignment], of trial: FrozenTrial?
  ) throws -> OrderedDictionary<String, Choice> {
    var given: OrderedDictionary<String, Choice> = [:]
    for assignment in assignments {
      let (name, value) = (assignment.name, assignment.value)
      guard defaultValue(of: name) != nil else {
        if let trial, trial.parameters[name] != nil {
          throw ValidationError(
            "--set \(name)=\(value): this is a choice of the architecture, which stays that of trial \(trial.number)")
        }
        let hint = NearestName.hint(for: name, among: hyperparameterNames)
        throw ValidationError("--set \(name)=\(value): there is no such hyperparameter; \(hint)")
      }
      if let earlier = given[name] {
        throw ValidationError("--set \(name)=\(value): it is set to \(earlier) already; keep one of the two")
      }
      given[name] = try accepted(value, for: name)
    }
    return given
  }

  /// Checks that everything that the command line sets changes the training.
  ///
  /// - Parameters:
  ///   - given: What the command line sets.
  ///   - values: All that describes network and training.
  ///   - teaching: What else the command line says of a teacher.
  /// - Throws: `ValidationError`.
  func requireEffects(
    of given: OrderedDictionary<String, Choice>, in values: OrderedDictionary<String, Choice>, teaching: TeacherOptions
  ) throws {
    try requireLayers(of: given, in: values)
    for (name, value) in given {
      let subject = "--set \(name)=\(value)"
      if teaching.teacher != nil, let option = ["temperature": "temperature", "teacherShare": "teacher-share"][name] {
        throw ValidationError("\(subject) has no effect beside --teacher; give --\(option) \(value)")
      }
      if let complaint = complaint(about: name, in: values, subject: subject, option: "--set") {
        throw ValidationError(complaint)
      }
      if name == widthName {
        let depth = depth(of: values)
        if (0..<depth).allSatisfy({ given["\(name)\($0)"] != nil }) {
          throw ValidationError(
            "\(subject) has no effect: --set gives each of the \(depth) layers a number of its own; leave it out")
        }
      }
    }
  }

  /// The same training with the widths that the command line gives, in the place of those that the study file lists.
  ///
  /// - Throws: `ValidationError` where it gives another number of layers, but not their width.
  func replacingWidths(by given: OrderedDictionary<String, Choice>) throws -> TrainingObjective {
    guard var widths = fixedWidths, let name = widthName else { return self }
    let depth = given["depth"]?.wholeNumber
    if let width = given[name]?.wholeNumber {
      widths = Array(repeating: width, count: depth.flatMap { (0...64).contains($0) ? $0 : nil } ?? widths.count)
    } else if let depth, depth != widths.count {
      throw ValidationError(
        "--set depth=\(depth): the study file lists the \(name) of \(widths.count) layers, \(widths); give all layers "
          + "others, as --set \(name)=\(widths[0])")
    }
    for (parameter, value) in given {
      guard let layer = layer(of: parameter), layer.number < widths.count, let width = value.wholeNumber else {
        continue
      }
      widths[layer.number] = width
    }
    var objective = self
    objective.fixedWidths = widths
    return objective
  }

  /// Checks that a layer which the command line gives a width is there.
  ///
  /// - Parameters:
  ///   - given: What the command line gives.
  ///   - values: All that describes the network.
  /// - Throws: `ValidationError`.
  private func requireLayers(
    of given: OrderedDictionary<String, Choice>, in values: OrderedDictionary<String, Choice>
  ) throws {
    let depth = depth(of: values)
    for (name, value) in given {
      guard let layer = layer(of: name), layer.number >= depth else { continue }
      throw ValidationError(
        "--set \(name)=\(value): the network has \(depth) layers, numbered from 0; --set depth=\(layer.number + 1) makes it "
          + "deeper")
    }
  }

  /// The hidden layers or blocks; as many as can be thought of in an architecture.
  private func depth(of values: OrderedDictionary<String, Choice>) -> Int {
    fixedWidths?.count ?? (values["depth"] ?? fixed["depth"] ?? defaultValue(of: "depth"))?.wholeNumber ?? .max
  }

  /// What the width of a layer is called; nil for an architecture.
  private var widthName: String? {
    switch network {
    case .mlp: "units"
    case .cnn: "channels"
    case .architecture: nil
    }
  }
}
