import StudyConfiguration
import Testing

@Suite("The reference of study files") struct DocumentationTests {
  @Test(
    "Every example of the reference is a study file that is read",
    arguments: [("StudyFiles", 10), ("ArchitectureSearch", 2)])
  func examples(guide: String, count: Int) throws {
    let examples = try Self.blocks(of: "yaml", in: "Documentation/\(guide).md")
    #expect(examples.count >= count)
    for example in examples {
      #expect(throws: Never.self, "\(example)") { try read(example) }
    }
  }

  @Test(
    "The reference shows an example of every key",
    arguments: [
      "study", "direction", "directions", "objective", "space", "sampler", "pruner", "trials", "jobs", "data",
      "network",
      "metric", "split", "validation", "test", "seed", "learningRate", "depth", "units", "activation", "optimizer",
      "momentum", "weightDecay", "epochs", "csv", "target", "task", "delimiter", "missingValues", "ignoredColumns",
      "categoricalColumns",
      "float", "int", "choice", "log", "step", "repeat", "when", "name", "startupTrials", "candidates", "multivariate",
      "constantLiar", "command", "worker", "metrics", "environment", "trialTimeout", "trialMemory", "grace",
      "folds", "npz", "npy", "features", "testFeatures", "testTarget", "loss", "huberDelta", "decayed",
      "metricAveraging", "teacher", "temperature", "teacherShare", "schedule", "restartEpochs", "restartFactor",
      "stepEpochs", "stepFactor", "shift", "cutout", "flip", "initialization", "negativeSlope", "groups", "dilation",
      "multiply",
      "warmupSteps", "intervalSteps", "minTrials", "percentile",
      "stop", "timeout", "until", "stagnation", "duplicates",
    ])
  func keys(_ key: String) throws {
    #expect(try Self.blocks(of: "yaml").contains { $0.contains("\(key): ") || $0.contains("\(key):\n") })
  }

  @Test("The messages of the reference are those that the program prints") func messages() throws {
    let text = BrokenFile.wholeText.replacing("learningRate:", with: "learningrate:").replacing("1..3", with: "3..1")
    let error = #expect(throws: ConfigurationError.self) {
      try StudyConfiguration(bytes: Array(text.utf8), file: "digits.yaml")
    }
    let objective = "data: digits\n  network: mlp\n  metric: accuracy\n  optimizer: sgd\n  beta1: 0.8\n"
    let withoutEffect = #expect(throws: ConfigurationError.self) {
      try read("objective:\n  \(objective)space: {learningRate: {float: 1e-3..1}}\n")
    }
    #expect(try Self.blocks(of: "text") == [error, withoutEffect].map { ($0?.description ?? "") + "\n" })
  }

  private static func blocks(
    of language: String, in guide: String = "Documentation/StudyFiles.md"
  ) throws -> [String] {
    try Files.text(guide).split(separator: "```\(language)\n").dropFirst().map { part in
      String(part[..<(part.firstRange(of: "```")?.lowerBound ?? part.endIndex)])
    }
  }
}
