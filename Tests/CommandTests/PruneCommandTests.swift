import Foundation
import TestSupport
import Testing

@Suite("hpo prune", .on(.commands))
struct PruneCommandTests {
  private static let cnn = """
    direction: maximize
    objective: {data: digits, network: cnn, metric: accuracy, epochs: 2, depth: 2, channels: 8, learningRate: 0.01}
    space: {dropout: {float: 0..0.5}}
    """

  private func part(_ report: Any, _ name: String) throws -> [String: Double] {
    let members = try #require(report as? [String: Any])
    return try #require(members[name] as? [String: Double])
  }

  @Test("sets weights to zero, which stay so when the model is quantized, and measures what is left")
  func weights() throws {
    try Command.inFolder { command in
      try command.trainQuick()
      let report = try command.json(
        "prune", "m.hpo", "--config", "quick.yaml", "--sparsity", "0.8", "--epochs", "4", "--rate", "0.01")
      let (before, after) = (try part(report, "before"), try part(report, "after"))
      #expect(abs((after["sparsity"] ?? 0) - 0.8) < 0.01 && before["macs"] == after["macs"])
      let measured = try command.json("evaluate", "m.pruned.hpo", "--config", "quick.yaml") as? [String: Any]
      #expect(measured?["accuracy"] as? Double == after["accuracy"])
      try command.succeed("quantize", "m.pruned.hpo", "--config", "quick.yaml")
      let contradictory = try command.hpo(
        "prune", "m.hpo", "--config", "quick.yaml", "--pattern", "2:4", "--sparsity", "0.7")
      #expect(contradictory.status == 64 && contradictory.errors.contains("leave it out"), "\(contradictory.errors)")
      let half = try command.json("prune", "m.hpo", "--config", "quick.yaml", "--pattern", "2:4", "--epochs", "0")
      #expect(try part(half, "after")["sparsity"] == 0.5)
    }
  }

  @Test("takes channels away, and leaves a smaller model that trains, quantizes and is verified")
  func channels() throws {
    try Command.inFolder { command in
      try command.write(Self.cnn, to: "cnn.yaml")
      try command.succeed("train", "--config", "cnn.yaml", "--output", "m.hpo")
      let report = try command.json(
        "prune", "m.hpo", "--config", "cnn.yaml", "--macs", "0.4", "--epochs", "2", "--output", "s.hpo")
      let (before, after) = (try part(report, "before"), try part(report, "after"))
      #expect((after["macs"] ?? 0) <= 0.6 * (before["macs"] ?? 0))
      #expect((after["flashBytes"] ?? 0) < (before["flashBytes"] ?? 0))
      try command.succeed("quantize", "s.hpo", "--config", "cnn.yaml")
      try command.succeed("verify", "s.int8.hpo", "--samples", "20")
    }
  }

  @Test("goes on after Ctrl-C and kill -9 as if nothing had happened, with weights and with channels")
  func interrupted() throws {
    try Command.inFolder { command in
      try command.trainQuick()
      func bytes(_ name: String) throws -> Data { try Data(contentsOf: command.folder.appending(path: name)) }
      for options in [["--sparsity", "0.8"], ["--macs", "0.4"]] {
        let arguments =
          ["prune", "m.hpo", "--config", "quick.yaml", "--epochs", "120", "--batch-size", "128"] + options + [
            "--output"
          ]
        #expect(try command.start("hpo", arguments + ["whole.hpo"]).wait().status == 0)
        for (lines, signal) in [(10, SIGINT), (30, SIGINT), (3, SIGKILL)] {
          let part = try command.start("hpo", arguments + ["parts.hpo"])
          try part.waitForErrorLines(lines)
          part.send(signal)
          let stopped = try part.wait()
          if signal == SIGINT {
            #expect(stopped.status == 130 && stopped.errors.contains("the same command goes on"), "\(stopped.errors)")
          }
        }
        let last = try command.start("hpo", arguments + ["parts.hpo"]).wait()
        #expect(last.status == 0 && last.errors.contains("going on after"), "\(last.errors)")
        #expect(try bytes("whole.hpo") == bytes("parts.hpo"))
        #expect(!FileManager.default.fileExists(atPath: command.folder.appending(path: "parts.hpo.checkpoint").path))
        try FileManager.default.removeItem(at: command.folder.appending(path: "parts.hpo"))
      }
    }
  }

  @Test("names what is wrong and the way out")
  func mistakes() throws {
    try Command.inFolder { command in
      try command.trainQuick()
      for (arguments, message) in [
        ([], "Give --sparsity 0.9 or --pattern 2:4 for weights, or --macs 0.4 for channels"),
        (["--sparsity", "0.9", "--macs", "0.4"], "prune twice for both"),
        (["--sparsity", "1"], "a share of 0 or more and below 1"), (["--macs", "1.5"], "a share above 0 and below 1"),
        (["--pattern", "globl", "--sparsity", "0.5"], "did you mean 'global'?"),
        (["--pattern", "per-layer"], "how many weights? Give --sparsity 0.9"),
        (["--sparsity", "0.5", "--dense-layer", "outptu"], "did you mean 'output'?"),
        (["--macs", "0.99"], "is too much"),
      ] {
        let result = try command.start("hpo", ["prune", "m.hpo", "--config", "quick.yaml"] + arguments).wait()
        #expect(result.status != 0 && result.errors.contains(message), "\(arguments): \(result.errors)")
      }
    }
  }
}
