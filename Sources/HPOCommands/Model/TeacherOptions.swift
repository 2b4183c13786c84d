import ArgumentParser
import HPO

/// What a training begins with and learns from beside its data.
struct TeacherOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A saved model of the same data whose outputs the network learns beside the targets.", valueName: "model"))
  var teacher: String?

  @Option(parsing: .unconditional, help: "With --teacher: its share in the loss, above 0 and at most 1. (default: 0.5)")
  var teacherShare: Double?

  @Option(parsing: .unconditional, help: "With --teacher: how far its probabilities are levelled. (default: 4)")
  var temperature: Double?

  @Option(
    help: ArgumentHelp("A saved model of the same network whose weights training begins with.", valueName: "model"))
  var from: String?

  func validate() throws {
    for (name, value) in [("--teacher-share", teacherShare), ("--temperature", temperature)]
    where value != nil && teacher == nil {
      throw ValidationError("\(name): of which teacher? Give --teacher MODEL")
    }
  }

  /// The teacher; nil for none.
  func readTeacher() throws -> Teacher? {
    try teacher.map {
      Teacher(try TrainedModel(contentsOf: $0), temperature: temperature ?? 4, share: teacherShare ?? 0.5)
    }
  }

  /// The weights to begin with, by name; empty to draw them.
  func readWeights() throws -> [String: [Float]] {
    try from.map { try TrainedModel(contentsOf: $0).weights } ?? [:]
  }

  /// What is told of the model that comes out.
  var provenance: [String: String] {
    var provenance: [String: String] = [:]
    provenance["teacher"] = teacher
    provenance["trained from"] = from
    return provenance
  }
}
