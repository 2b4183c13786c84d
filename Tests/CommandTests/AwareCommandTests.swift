import Foundation
import TestSupport
import Testing

@Suite("hpo quantize --aware, and teachers", .on(.commands))
struct AwareCommandTests {
  @Test("train the rounded model further to integers that every form computes alike")
  func chain() throws {
    try Command.inFolder { command in
      try command.trainQuick()
      func accuracy(_ arguments: String...) throws -> Double {
        let text = try command.start("hpo", ["quantize", "m.hpo", "--format", "json"] + arguments).wait()
        #expect(text.status == 0, "\(text.errors)")
        let report = try #require(JSONSerialization.jsonObject(with: Data(text.output.utf8)) as? [String: Any])
        return try #require((report["integers"] as? [String: Double])?["accuracy"])
      }
      let plain = try accuracy("--config", "quick.yaml", "--bits", "2", "--output", "plain.hpo")
      let aware = try accuracy(
        "--config", "quick.yaml", "--bits", "2", "--layer-bits", "output=8", "--aware", "--epochs", "6",
        "--teacher-share",
        "0.5")
      #expect(aware > plain, "\(aware), \(plain) without training")
      let verified = try command.hpo("verify", "m.int8.hpo", "--samples", "50")
      #expect(verified.status == 0, "\(verified.output)")
      let measured = try #require(
        try command.json("evaluate", "m.int8.hpo", "--config", "quick.yaml") as? [String: Any])
      #expect(measured["accuracy"] as? Double == aware)
      #expect(try accuracy("--data", "digits", "--aware", "--epochs", "1", "--output", "other.hpo") > 0.5)
    }
  }

  @Test("go on after Ctrl-C and kill -9 as if nothing had happened")
  func interrupted() throws {
    try Command.inFolder { command in
      try command.trainQuick("--set", "batchSize=128")
      let arguments = [
        "quantize", "m.hpo", "--config", "quick.yaml", "--aware", "--epochs", "900", "--bits", "2", "--output",
      ]
      #expect(try command.start("hpo", arguments + ["whole.hpo"]).wait().status == 0)
      // Once while ranges follow the values, and once behind that.
      for lines in [20, 320] {
        let part = try command.start("hpo", arguments + ["parts.hpo"])
        try part.waitForErrorLines(lines)
        part.send(SIGINT)
        let stopped = try part.wait()
        #expect(stopped.status == 130 && stopped.errors.contains("the same command goes on"))
      }
      let changed = try command.hpo(
        "quantize", "m.hpo", "--config", "quick.yaml", "--aware", "--epochs", "899", "--bits", "2", "--output",
        "parts.hpo")
      #expect(changed.status != 0 && changed.errors.contains("--restart"), "\(changed.errors)")
      let killed = try command.start("hpo", arguments + ["parts.hpo"])
      try killed.waitForErrorLines(2)
      killed.send(SIGKILL)
      _ = try killed.wait()
      #expect(try command.start("hpo", arguments + ["parts.hpo"]).wait().status == 0)
      func bytes(_ name: String) throws -> Data { try Data(contentsOf: command.folder.appending(path: name)) }
      #expect(try bytes("whole.hpo") == bytes("parts.hpo"))
      #expect(!FileManager.default.fileExists(atPath: command.folder.appending(path: "parts.hpo.checkpoint").path))
    }
  }

  @Test("begin with a model's weights, and learn from another model")
  func teachers() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      func train(_ output: String, _ arguments: String...) throws -> [Double] {
        let text = try command.start(
          "hpo",
          ["train", "--config", "quick.yaml", "--set", "batchSize=64", "--format", "json", "--output", output]
            + arguments
        ).wait()
        #expect(text.status == 0, "\(text.errors)")
        let lines = text.errors.split(separator: "\n").filter { $0.hasPrefix("epoch ") }
        return lines.compactMap { line in
          let words = line.split(separator: " ")
          return words.firstIndex(of: "loss").flatMap { Double(words[$0 + 1]) }
        }
      }
      let first = try train("m.hpo")
      let further = try train("further.hpo", "--from", "m.hpo")
      #expect(try #require(further.first) < #require(first.last))
      let taught = try train("taught.hpo", "--teacher", "further.hpo", "--teacher-share", "0.9", "--temperature", "2")
      #expect(taught.count == 3 && taught != first)
      for (arguments, message) in [
        (["--set", "units0=9", "--from", "m.hpo"], "training is to begin with"),
        (["--temperature", "3"], "Give --teacher MODEL"),
        (["--teacher", "m.hpo", "--teacher-share", "2"], "share is 2.0"),
        (["--teacher", "none.hpo"], "none.hpo: the file cannot be opened"),
      ] {
        let result = try command.start("hpo", ["train", "--config", "quick.yaml"] + arguments).wait()
        #expect(result.status != 0 && result.errors.contains(message), "\(arguments): \(result.errors)")
      }
    }
  }

  @Test("name what is wrong and the way out")
  func mistakes() throws {
    try Command.inFolder { command in
      try command.trainQuick()
      try command.succeed("quantize", "m.hpo", "--config", "quick.yaml")
      for (arguments, message) in [
        (["m.hpo", "--epochs", "3"], "--epochs: nothing is trained without --aware"),
        (["m.hpo", "--aware", "--temperature", "3"], "nothing is taught without --teacher-share"),
        (["m.hpo", "--aware", "--weight-range", "mse"], "with --aware steps are learned"),
        (["m.hpo", "--aware", "--epochs", "0"], "epochs is 0"),
        (["m.hpo", "--aware", "--rate", "0"], "learning rate is 0.0"),
        (["m.int8.hpo", "--aware"], "quantized already"),
      ] {
        let result = try command.start("hpo", ["quantize"] + arguments + ["--config", "quick.yaml"]).wait()
        #expect(result.status != 0 && result.errors.contains(message), "\(arguments): \(result.errors)")
      }
      #expect(!FileManager.default.fileExists(atPath: command.folder.appending(path: "m.int8.hpo.checkpoint").path))
    }
  }
}
