import ArgumentParser
import HPO

/// Parameters as the command line describes them, in place of a study file.
struct SpaceOptions: ParsableArguments {
  @Option(
    name: .customLong("float"),
    help: "A parameter of real numbers: lr=1e-5..1e-1,log or rate=0..1,step=0.1. Repeatable.")
  var floats: [String] = []

  @Option(
    name: .customLong("int"), help: "A parameter of whole numbers: depth=1..4 or units=16..256,step=16. Repeatable.")
  var ints: [String] = []

  @Option(name: .customLong("choice"), help: "A choice: act=relu,tanh. Repeatable.")
  var choices: [String] = []

  @Option(
    help: """
      minimize or maximize, once for each objective, of a study that the command line describes. (default: as the study \
      has it, else minimize)
      """)
  var direction: [StudyDirection] = []

  /// The parameters that are given, the ranges first.
  ///
  /// - Throws: `SearchSpaceError`; `ValidationError` where a name is given twice.
  func entries() throws -> [ParameterSpace.Entry] {
    let entries =
      try floats.map(ParameterSpace.Entry.init(float:)) + ints.map(ParameterSpace.Entry.init(int:))
      + choices.map(ParameterSpace.Entry.init(choice:))
    var names: Set<String> = []
    for entry in entries where !names.insert(entry.name).inserted {
      throw ValidationError("the parameter '\(entry.name)' is given twice; leave one out")
    }
    return entries
  }

  var isEmpty: Bool { floats.isEmpty && ints.isEmpty && choices.isEmpty && direction.isEmpty }
}
