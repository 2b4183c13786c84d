import Foundation
import TestSupport
import Testing

@Suite("Layers of study files, by command", .on(.commands)) struct LayerCommandTests {
  /// Networks with each layer that integers know nothing of.
  private static let smooth = """
    study: smooth
    objective: {data: digits, epochs: 2, metric: accuracy, batchSize: 64}
    architecture:
      space:
      - convolution: {name: stem, channels: 8, stride: 2, activation: leakyReLU, negativeSlope: 0.05..0.3}
      - convolution: {name: grouped, channels: 8, groups: [2, 4], dilation: 1..2}
      - layerNormalization
      - keep: features
      - convolution: {name: gate, channels: 8, kernel: 1, activation: sigmoid}
      - keep: gate
      - multiply: [features, gate]
      - activation: {function: elu, eluAlpha: 0.5}
      - classifier
      warmUp: {candidates: 4, keep: 1, proxies: [synflow]}
    space: {learningRate: {float: 1e-3..1e-1, log: true}}
    sampler: {name: random, seed: 1}
    """

  @Test("layers of a description are searched, trained, saved, read and exported, and integers refuse theirs by name")
  func searched() throws {
    try Command.inFolder { command in
      try command.write(Self.smooth, to: "smooth.yaml")
      try command.succeed("nas", "search", "--config", "smooth.yaml", "--trials", "3")
      let trials = try #require(try command.json("trials") as? [[String: Any]])
      for trial in trials {
        let parameters = try #require(trial["params"] as? [String: Any])
        #expect((parameters["stem/negativeSlope"] as? Double).map { 0.05...0.3 ~= $0 } == true)
        #expect((parameters["grouped/groups"] as? Int).map { $0 == 2 || $0 == 4 } == true)
        #expect((parameters["grouped/dilation"] as? Int).map { 1...2 ~= $0 } == true)
      }
      // The best trial again is the network that was measured, and so is the file that it becomes.
      try command.succeed("train", "--study", "smooth", "--trial", "2", "--output", "m.hpo")
      let measured = try #require(try command.json("evaluate", "m.hpo", "--config", "smooth.yaml") as? [String: Any])
      let known = try #require(trials[2]["userAttributes"] as? [String: Any])
      #expect(measured["accuracy"] as? Double == known["test accuracy"] as? Double)
      let rows = try #require(try command.json("predict", "m.hpo", "--data", "digits", "--limit", "3") as? [Any])
      #expect(rows.count == 3)
      try command.succeed("export", "m.hpo", "--format", "onnx")
      let other = try command.hpo("train", "--study", "smooth", "--trial", "2", "--set", "stem/negativeSlope=0.2")
      #expect(other.errors.contains("a choice of the architecture, which stays that of trial 2"), "\(other.errors)")
      let refused = try command.hpo("quantize", "m.hpo", "--config", "smooth.yaml")
      #expect(refused.status != 0)
      #expect(refused.errors.contains("layerNormalization 'layerNormalization' has no integer kernel"))
      let unfinished = try command.hpo("nas", "finish", "--study", "smooth", "--trial", "2")
      #expect(unfinished.errors.contains("trial 2 cannot be made of integers: layerNormalization"))
      #expect(!FileManager.default.fileExists(atPath: command.folder.appending(path: "smooth-finished").path))
    }
  }

  @Test("a description without choices is trained without a search, and becomes integers")
  func fixed() throws {
    try Command.inFolder { command in
      let file = """
        study: fixed
        objective: {data: digits, epochs: 2, metric: accuracy, batchSize: 64, learningRate: 0.01}
        architecture:
          space:
          - convolution: {name: stem, channels: 8, stride: 2, activation: leakyReLU, negativeSlope: 0.2}
          - convolution: {name: grouped, channels: 8, groups: 4, dilation: 2, activation: elu, eluAlpha: 0.5}
          - depthwise: {kernel: 3, dilation: 2}
          - classifier
        """
      try command.write(file, to: "fixed.yaml")
      try command.succeed("train", "--config", "fixed.yaml", "--output", "m.hpo", "--set", "epochs=3")
      try command.succeed("quantize", "m.hpo", "--config", "fixed.yaml")
      let verified = try command.hpo("verify", "m.int8.hpo", "--samples", "20")
      #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
      for format in ["onnx-int8", "c"] { try command.succeed("export", "m.int8.hpo", "--format", format) }
      try command.write(file.replacing("channels: 8, stride", with: "channels: [8, 9], stride"), to: "open.yaml")
      let refused = try command.hpo("train", "--config", "open.yaml", "--output", "m.hpo")
      #expect(refused.status != 0 && refused.errors.contains("Give --study NAME and --trial N"))
    }
  }
}
