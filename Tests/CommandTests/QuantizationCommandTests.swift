import Foundation
import TestSupport
import Testing

@Suite("hpo quantize, export and verify", .on(.commands))
struct QuantizationCommandTests {
  @Test("take a trained model to integers that every form computes alike")
  func chain() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      try command.succeed("train", "--config", "quick.yaml", "--output", "m.hpo")
      let report = try #require(
        try command.json("quantize", "m.hpo", "--config", "quick.yaml") as? [String: Any])
      let integers = try #require(report["integers"] as? [String: Double])
      let measured = try #require(
        try command.json("evaluate", "m.int8.hpo", "--config", "quick.yaml") as? [String: Any])
      #expect(measured["accuracy"] as? Double == integers["accuracy"])
      for arguments in [["--config", "quick.yaml"], ["--samples", "50"]] {
        let text = try command.start("hpo", ["verify", "m.int8.hpo"] + arguments + ["--format", "json"]).wait()
        #expect(text.status == 0, "\(text.output)\(text.errors)")
        let checks = try #require(JSONSerialization.jsonObject(with: Data(text.output.utf8)) as? [[String: Any]])
        #expect(checks.map { $0["result"] as? String } == ["same", "same", "same"])
      }
      for (form, file) in [("onnx-int8", "m.int8.onnx"), ("c", "m.h")] {
        try command.succeed("export", "m.int8.hpo", "--format", form)
        #expect(FileManager.default.fileExists(atPath: command.folder.appending(path: file).path))
      }
      try command.succeed("export", "m.hpo", "--format", "onnx")
      // A file of another network is told from this one.
      try command.succeed("quantize", "m.hpo", "--config", "quick.yaml", "--bits", "3", "--output", "other.hpo")
      try command.succeed("export", "other.hpo", "--format", "onnx-int8", "--output", "other.onnx")
      let wrong = try command.hpo("verify", "m.int8.hpo", "--onnx", "other.onnx", "--samples", "50")
      #expect(wrong.status == 1 && wrong.output.contains("DIFFERENT"))
    }
  }

  @Test("name what is wrong and the way out")
  func mistakes() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      try command.succeed("train", "--config", "quick.yaml", "--output", "m.hpo")
      for (arguments, message) in [
        (["export", "m.hpo", "--format", "onx"], "did you mean 'onnx'?"),
        (["export", "m.hpo", "--format", "c"], "first: hpo quantize m.hpo"),
        (["verify", "m.hpo"], "first: hpo quantize m.hpo"),
        (["quantize", "m.hpo", "--data", "digits", "--bits", "9"], "2 to 8"),
        (["quantize", "m.hpo", "--data", "digits", "--range", "minmax"], "did you mean 'min-max'?"),
        (["quantize", "m.hpo", "--data", "digits", "--layer-bits", "outptu=4"], "did you mean 'output'?"),
        (["quantize", "m.hpo"], "Give --data FILE"),
      ] {
        let result = try command.start("hpo", arguments).wait()
        #expect(result.status != 0 && result.errors.contains(message), "\(arguments): \(result.errors)")
      }
    }
  }
}
