import Foundation
import HPO
import TestSupport
import Testing

@Suite("hpo quantize, export and verify", .on(.commands))
struct QuantizationCommandTests {
  @Test("take a trained model to integers that every form computes alike")
  func chain() throws {
    try Command.inFolder { command in
      try command.trainQuick()
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

  @Test("take one step for all weights of a layer, and ranges by percentiles, where they are asked to")
  func options() throws {
    try Command.inFolder { command in
      try command.trainQuick()
      func quantization(_ arguments: String...) throws -> ModelQuantization {
        let run = try command.start(
          "hpo", ["quantize", "m.hpo", "--config", "quick.yaml", "--output", "q.hpo"] + arguments
        ).wait()
        #expect(run.status == 0, "\(run.errors)")
        try command.succeed("verify", "q.hpo", "--samples", "20")
        let model = try TrainedModel(contentsOf: command.folder.appending(path: "q.hpo").path)
        return try #require(model.quantization)
      }
      let usual = try quantization()
      #expect(usual.method == "post-training, min-max")
      #expect(usual.weights.values.allSatisfy { $0.scales.count > 1 })
      let whole = try quantization("--per-tensor")
      for (name, weights) in whole.weights {
        // At 8 bits the step of all is the largest of those of the channels.
        #expect(weights.scales == [try #require(usual.weights[name]?.scales.max())])
      }
      let cut = try quantization("--range", "percentile", "--percentile", "90")
      #expect(cut.method == "post-training, percentile 90.0")
      #expect(cut.values.allSatisfy { name, value in value.scale <= (usual.values[name]?.scale ?? 0) })
      #expect(cut.values.contains { name, value in value.scale < 0.9 * (usual.values[name]?.scale ?? 0) })
    }
  }

  @Test("names of classes reach the header in comments, whatever they say, and what is verified is the model alone")
  func hostileNames() throws {
    try Command.inFolder { command in
      let rows = (0..<40).map { row in
        "\(row % 7),\(row % 5),\(row % 2 == 0 ? "plain" : "\"*\n/ __attribute__((constructor)) void f(void) { fopen(\"\"pwned\"\", \"\"w\"\"); } /*\"")\n"
      }
      try command.write("a,b,kind\n" + rows.joined(), to: "samples.csv")
      try command.write(
        "direction: maximize\nobjective: {data: {csv: samples.csv, target: kind}, network: mlp, epochs: 1, metric: accuracy}\nspace: {learningRate: {float: 1e-3..1e-1, log: true}}",
        to: "odd.yaml"
      )
      try command.succeed("train", "--config", "odd.yaml", "--output", "m.hpo")
      try command.succeed("quantize", "m.hpo", "--config", "odd.yaml")
      let verified = try command.hpo("verify", "m.int8.hpo", "--samples", "20")
      #expect(verified.status == 0 && !verified.output.contains("not compile"), "\(verified.output)\(verified.errors)")
      try command.succeed("export", "m.int8.hpo", "--format", "c")
      let header = try String(contentsOf: command.folder.appending(path: "m.h"), encoding: .utf8)
      #expect(
        header.contains("class 1: ___ __attribute__((constructor))") || header.contains("class 0: ___ __attribute__"))
      #expect(!header.replacing(/\/\*(?s:.)*?\*\//, with: "").contains("pwned"))
    }
  }

  @Test("keep with the study which files came of a trial")
  func lineage() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      try command.succeed("optimize", "--config", "quick.yaml", "--trials", "2")
      try command.succeed("train", "--study", "quick", "--trial", "1", "--output", "m.hpo")
      try command.succeed("quantize", "m.hpo", "--config", "quick.yaml")
      try command.succeed("export", "m.int8.hpo", "--format", "c")
      try command.succeed("export", "m.int8.hpo", "--format", "onnx-int8")
      // Others of the same kinds take nobody's place, and a pruned one is known, too.
      try command.succeed("quantize", "m.hpo", "--config", "quick.yaml", "--bits", "4", "--output", "four.hpo")
      try command.succeed(
        "prune", "m.hpo", "--config", "quick.yaml", "--sparsity", "0.5", "--epochs", "0", "--output", "thin.hpo")
      try command.succeed("quantize", "./thin.hpo", "--config", "quick.yaml", "--output", "thin8.hpo")
      let rows = try #require(
        try command.json("query", "SELECT key, value_json FROM study_user_attributes") as? [[String: Any]])
      var files: [String: [String: Any]] = [:]
      for row in rows {
        let (key, text) = (try #require(row["key"] as? String), try #require(row["value_json"] as? String))
        files[key] = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      }
      #expect(
        files.mapValues { [$0["form"] as? String, $0["made of"] as? String] } == [
          "file:m.hpo": ["model, float32", nil], "file:m.int8.hpo": ["model, int8", "m.hpo"],
          "file:m.h": ["C header", "m.int8.hpo"], "file:m.int8.onnx": ["ONNX, int8", "m.int8.hpo"],
          "file:four.hpo": ["model, int8", "m.hpo"], "file:thin.hpo": ["model, float32", "m.hpo"],
          "file:thin8.hpo": ["model, int8", "thin.hpo"],
        ])
      #expect(files.values.allSatisfy { $0["trial"] as? Int == 1 })
      #expect(files["file:m.hpo"]?["test accuracy"] is Double && files["file:m.h"]?["int8 accuracy"] is Double)
      // A model that no study of the database knows is nobody's.
      try command.succeed("train", "--config", "quick.yaml", "--output", "alone.hpo")
      try command.succeed("export", "alone.hpo", "--format", "onnx")
      #expect(try command.count("SELECT count(*) FROM study_user_attributes") == 7)
    }
  }

  @Test("take the bits that a search has chosen, and say so, unless others are given")
  func searchedBits() throws {
    try Command.inFolder { command in
      try command.write(
        """
        study: bits
        objective: {data: digits, epochs: 2, metric: accuracy, batchSize: 64}
        architecture:
          space: [{dense: {name: first, units: 12, bits: 4}}, {dense: {name: second, units: 8, bits: [2, 3]}}, output]
          input: row
        """, to: "bits.yaml")
      try command.succeed("nas", "search", "--config", "bits.yaml", "--trials", "1")
      let trials = try #require(try command.json("trials") as? [[String: Any]])
      let second = try #require((trials[0]["params"] as? [String: Any])?["second/bits"] as? Int)
      try command.succeed("train", "--study", "bits", "--trial", "0", "--output", "m.hpo")
      func bits(_ arguments: [String]) throws -> (bits: [String: Int], errors: String) {
        let run = try command.start(
          "hpo", ["quantize", "m.hpo", "--config", "bits.yaml", "--output", "q.hpo"] + arguments
        ).wait()
        #expect(run.status == 0, "\(run.errors)")
        let model = try TrainedModel(contentsOf: command.folder.appending(path: "q.hpo").path)
        return (try #require(model.quantization).weights.mapValues(\.bits), run.errors)
      }
      let own = ["first.weight": 4, "second.weight": second, "output.weight": 8]
      for arguments in [[], ["--aware", "--epochs", "1"]] {
        let usual = try bits(arguments)
        #expect(usual.bits == own && usual.errors.contains("first=4 second=\(second)"), "\(usual)")
      }
      let one = try bits(["--layer-bits", "second=5"])
      #expect(one.bits == own.merging(["second.weight": 5]) { $1 })
      let all = try bits(["--bits", "8"])
      #expect(Set(all.bits.values) == [8] && !all.errors.contains("bits of the architecture"), "\(all)")
      // What is finished has them, too, and hands them on.
      try command.succeed(
        "nas", "finish", "--epochs", "1", "--seeds", "1", "--aware-epochs", "0", "--output", "done")
      try command.succeed("prune", "done/trial-0.hpo", "--config", "bits.yaml", "--macs", "0.2", "--epochs", "0")
      try command.succeed("quantize", "done/trial-0.pruned.hpo", "--config", "bits.yaml", "--output", "q.hpo")
      let pruned = try TrainedModel(contentsOf: command.folder.appending(path: "q.hpo").path)
      #expect(pruned.quantization?.weights.mapValues(\.bits) == own)
    }
  }

  @Test("integers tell what they achieve themselves, and nothing of the model that they were made of")
  func ownMetrics() throws {
    try Command.inFolder { command in
      try command.trainQuick()
      let float = try TrainedModel(contentsOf: command.folder.appending(path: "m.hpo").path)
      func model(_ arguments: String...) throws -> TrainedModel {
        let run = try command.start("hpo", ["quantize", "m.hpo", "--bits", "2", "--output", "q.hpo"] + arguments).wait()
        #expect(run.status == 0, "\(run.errors)")
        return try TrainedModel(contentsOf: command.folder.appending(path: "q.hpo").path)
      }
      let measured = try #require(try model("--config", "quick.yaml").metrics["test"]?[.accuracy])
      let evaluated = try #require(try command.json("evaluate", "q.hpo", "--config", "quick.yaml") as? [String: Any])
      #expect(measured == evaluated["accuracy"] as? Double && measured < 0.9)
      #expect(try #require(float.metrics["test"]?[.accuracy]) > 0.9, "which would be another's")
      try command.succeed("export", "q.hpo", "--format", "c")
      let header = try String(contentsOf: command.folder.appending(path: "q.h"), encoding: .utf8)
      #expect(header.contains("test accuracy: \(measured)") && !header.contains("validation"))
      // All samples of a data set are no test.
      let all = try model("--data", "digits")
      #expect(Set(all.metrics.keys) == ["float32", "int8"])
      let aware = try model("--data", "digits", "--aware", "--epochs", "1")
      #expect(Set(aware.metrics.keys) == ["float32", "int8", "rounded"])
    }
  }

  @Test("only a compiler that is not there is passed over, and nothing is left behind")
  func compilers() throws {
    try Command.inFolder { command in
      try command.trainQuick()
      try command.succeed("quantize", "m.hpo", "--config", "quick.yaml")
      let scratch = command.folder.appending(path: "scratch")
      try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
      func start(_ environment: [String: String]) throws -> Running {
        try command.start(
          "hpo", ["verify", "m.int8.hpo", "--samples", "20"],
          environment: ["TMPDIR": scratch.path].merging(environment) { $1 })
      }
      func left() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: scratch.path) }
      func verify(_ environment: [String: String]) throws -> Command.Result { try start(environment).wait() }
      let real = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"

      let without = try verify(["PATH": try command.folderOfCompiler(nil)])
      #expect(without.status == 0 && without.output.contains("not run"), "\(without)")
      #expect(without.errors.contains("note: C source: not run: there is no C compiler named cc"))

      let broken = try verify(["PATH": try command.folderOfCompiler("echo \"internal compiler error\" >&2; exit 3")])
      #expect(broken.status == 1 && broken.errors.contains("exit status 3"), "\(broken)")
      #expect(broken.errors.contains("internal compiler error"))

      // One that does nothing, and says that all is well.
      let idle = try verify(["PATH": try command.folderOfCompiler("exit 0")])
      #expect(idle.status == 1 && idle.errors.contains("cannot be started"), "\(idle)")

      let bad = try verify(["TMPDIR": "\(scratch.path)/nowhere"])
      #expect(bad.status == 1 && bad.errors.contains("TMPDIR") && bad.errors.contains("nowhere"), "\(bad)")

      // A compiler that works but for the model: its words are told.
      let picky = try command.folderOfCompiler(
        "case \"$*\" in *program*) echo \"main.c:7: error: no\" >&2; exit 1;; esac; PATH='\(real)' exec cc \"$@\"")
      let refused = try verify(["PATH": "\(picky):\(real)"])
      #expect(refused.status == 1 && refused.output.contains("DIFFERENT"), "\(refused)")
      #expect(
        refused.errors.contains("does not compile (exit status 1)") && refused.errors.contains("main.c:7: error: no"))

      #expect(try verify([:]).status == 0)
      #expect(try left() == [])

      // Signals come while the compiler waits.
      let slow = try command.folderOfCompiler("echo waits >&2; touch '\(scratch.path)/begun'; sleep 20")
      for signal in [SIGINT, SIGTERM] {
        let run = try start(["PATH": "\(slow):\(real)"])
        while run.process.isRunning, try !left().contains("begun") { usleep(2000) }
        #expect(try left().contains { $0.hasPrefix("hpo-verify-") })
        run.send(signal)
        #expect(try run.wait().status == 128 + signal)
        #expect(try left() == ["begun"])
        try FileManager.default.removeItem(at: scratch.appending(path: "begun"))
      }
      // What a killed process has left some time ago goes with the next call.
      let killed = try start(["PATH": "\(slow):\(real)"])
      while killed.process.isRunning, try !left().contains("begun") { usleep(2000) }
      killed.send(SIGKILL)
      _ = try killed.wait()
      try FileManager.default.removeItem(at: scratch.appending(path: "begun"))
      let remains = try #require(try left().first)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -3600)], ofItemAtPath: "\(scratch.path)/\(remains)")
      #expect(try verify([:]).status == 0)
      #expect(try left() == [])
    }
  }

  @Test("name what is wrong and the way out")
  func mistakes() throws {
    try Command.inFolder { command in
      try command.trainQuick()
      for (arguments, message) in [
        (["export", "m.hpo", "--format", "onx"], "did you mean 'onnx'?"),
        (["export", "m.hpo", "--format", "c"], "first: hpo quantize m.hpo"),
        (["verify", "m.hpo"], "first: hpo quantize m.hpo"),
        (["quantize", "m.hpo", "--data", "digits", "--bits", "9"], "2 to 8"),
        (["quantize", "m.hpo", "--data", "digits", "--range", "minmax"], "did you mean 'min-max'?"),
        (["quantize", "m.hpo", "--data", "digits", "--layer-bits", "outptu=4"], "did you mean 'output'?"),
        (["quantize", "m.hpo"], "Give --data FILE"),
        (
          ["quantize", "m.hpo", "--data", "digits", "--layer-bits", "output=4", "--layer-bits", "output=8"],
          "the bits of 'output' are given twice"
        ),
        (["prune", "m.hpo", "--data", "digits", "--macs", "0.4", "--pattern", "2:4"], "and --pattern single weights"),
        (
          ["prune", "m.hpo", "--data", "digits", "--macs", "0.4", "--sparsity", "0.5"], "and --sparsity single weights"
        ),
        (
          ["nas", "search", "--config", "quick.yaml", "--limit", "flash=4kB", "--limit", "flash=8kB"],
          "limit the same cost"
        ),
        (["quantize", "m.hpo", "--data", "digits", "--percentile", "99"], "add --range percentile"),
      ] {
        let result = try command.start("hpo", arguments).wait()
        #expect(result.status != 0 && result.errors.contains(message), "\(arguments): \(result.errors)")
      }
      try command.succeed("quantize", "m.hpo", "--data", "digits")
      try command.succeed("export", "m.hpo", "--format", "onnx")
      let float = try command.hpo("verify", "m.int8.hpo", "--onnx", "m.onnx")
      #expect(float.status != 0 && float.errors.contains("computes with floating-point numbers"), "\(float.errors)")
    }
  }
}
