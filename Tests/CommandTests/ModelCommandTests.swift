import Foundation
import TestSupport
import Testing

@Suite("hpo train, predict and evaluate", .on(.commands))
struct ModelCommandTests {
  @Test("train a trial of a study again, bit for bit, and measure the model")
  func trialAgain() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      try command.succeed("optimize", "--config", "quick.yaml", "--trials", "3")
      let trials = try #require(try command.json("trials", "--study", "quick") as? [[String: Any]])
      for number in 0..<3 {
        let report = try #require(
          try command.json("train", "--study", "quick", "--trial", "\(number)", "--output", "m.hpo") as? [String: Any])
        let validation = try #require(report["validation"] as? [String: Double])
        let trial = try #require(trials.first { $0["number"] as? Int == number })
        let values = try #require(trial["values"] as? [String: Double])
        #expect(validation["accuracy"] == values["accuracy"])
        let test = try #require(report["test"] as? [String: Double])
        let measured = try #require(
          try command.json("evaluate", "m.hpo", "--config", "quick.yaml") as? [String: Any])
        #expect(measured["accuracy"] as? Double == test["accuracy"])
        let confusion = try #require(measured["confusion"] as? [[Int]])
        let hits = confusion.indices.map { confusion[$0][$0] }.reduce(0, +)
        #expect(abs(Double(hits) / 359 - (test["accuracy"] ?? 0)) < 1e-9)
      }
      #expect(!FileManager.default.fileExists(atPath: command.folder.appending(path: "m.hpo.checkpoint").path))
    }
  }

  @Test("read a table's columns by name, whatever their order and whatever else there is")
  func tables() throws {
    try Command.inFolder { command in
      var table = "id,a,b,price\n"
      var turned = "b,note,a\n"
      for row in 0..<120 {
        let (a, b) = (row % 11, row % 7)
        table += "\(row),\(a),\(b),\(10 + 3 * a - 2 * b)\n"
        turned += "\(b),x,\(a)\n"
      }
      try command.write(table, to: "prices.csv")
      try command.write(turned, to: "new.csv")
      try command.write(
        """
        study: prices
        direction: minimize
        objective:
          data: {csv: prices.csv, target: price, ignoredColumns: [id]}
          network: mlp
          depth: 0
          epochs: 60
          metric: rmse
        space:
          learningRate: {float: 1e-3..1e-1, log: true}
        """, to: "prices.yaml")
      try command.succeed("train", "--config", "prices.yaml", "--set", "learningRate=0.05")
      let rows = try #require(try command.json("predict", "prices.hpo", "--data", "new.csv") as? [[String: Any]])
      #expect(rows.count == 120)
      for (row, cells) in rows.enumerated() {
        let expected = Double(10 + 3 * (row % 11) - 2 * (row % 7))
        #expect(abs((cells["prediction"] as? Double ?? 0) - expected) < 0.5)
      }
      let measured = try #require(
        try command.json("evaluate", "prices.hpo", "--data", "prices.csv") as? [String: Any])
      #expect(measured["r2"] as? Double ?? 0 > 0.99)
      let missing = try command.hpo("evaluate", "prices.hpo", "--data", "new.csv")
      #expect(missing.status != 0 && missing.errors.contains("there is no column \"price\""))
      try command.write("b,c\n1,2\n", to: "other.csv")
      let other = try command.hpo("predict", "prices.hpo", "--data", "other.csv")
      #expect(other.status != 0 && other.errors.contains("there is no column \"a\""))
    }
  }

  @Test("go on after Ctrl-C and kill -9 as if nothing had happened")
  func interrupted() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      let arguments = ["train", "--config", "quick.yaml", "--set", "epochs=3000", "--output"]
      let whole = try command.start("hpo", arguments + ["whole.hpo"])
      #expect(try whole.wait().status == 0)
      let first = try command.start("hpo", arguments + ["parts.hpo"])
      try first.waitForErrorLines(3)
      first.send(SIGINT)
      let stopped = try first.wait()
      #expect(stopped.status == 130 && stopped.errors.contains("the same command goes on"))
      let changed = try command.hpo(
        "train", "--config", "quick.yaml", "--set", "epochs=2999", "--output", "parts.hpo")
      #expect(changed.status != 0 && changed.errors.contains("--restart"))
      let second = try command.start("hpo", arguments + ["parts.hpo"])
      try second.waitForErrorLines(4)
      second.send(SIGKILL)
      _ = try second.wait()
      let last = try command.start("hpo", arguments + ["parts.hpo"]).wait()
      #expect(last.status == 0 && last.output.contains(", since it went on after "), "\(last.output)")
      func bytes(_ name: String) throws -> Data { try Data(contentsOf: command.folder.appending(path: name)) }
      #expect(try bytes("whole.hpo") == bytes("parts.hpo"))
    }
  }

  @Test("a trial of precision auto is trained again in what it was trained in")
  func chosenPrecision() throws {
    try Command.inFolder { command in
      let file = StudyFile.quick.replacing("metric: accuracy", with: "metric: accuracy\n  precision: auto")
      try command.write(file, to: "quick.yaml")
      try command.succeed("optimize", "--config", "quick.yaml", "--trials", "1")
      let trials = try #require(try command.json("trials", "--study", "quick") as? [[String: Any]])
      let attributes = try #require(trials[0]["userAttributes"] as? [String: Any])
      let precision = try #require(attributes["precision"] as? String)
      let again = try command.hpo("train", "--study", "quick", "--trial", "0", "--format", "json", "--output", "m.hpo")
      #expect(again.status == 0 && again.errors.contains("products are computed in \(precision), as in the trial"))
      #expect(again.output.contains("\"precision\": \"\(precision)\""))
      let anew = try command.hpo("train", "--config", "quick.yaml", "--output", "m.hpo")
      #expect(anew.errors.contains("the faster one here"))
    }
  }

  @Test("--set of a width or a depth wins over the layers of the study file, or says why it cannot")
  func widths() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      let listed = StudyFile.quick.replacing("network: mlp", with: "network: mlp\n  units: [20, 10]")
        .replacing("  depth: {int: 1..2}\n", with: "").replacing(
          "  units: {int: 8..32, log: true, repeat: depth}\n", with: "")
      try command.write(listed, to: "listed.yaml")
      /// The parameters of dense layers between 64 features and 10 classes.
      func parameters(_ widths: Int...) -> Int {
        zip([64] + widths, widths + [10]).reduce(0) { $0 + ($1.0 + 1) * $1.1 }
      }
      func trained(_ file: String, _ settings: String...) throws -> Int? {
        let result = try command.start(
          "hpo",
          ["train", "--config", file, "--output", "m.hpo", "--format", "json", "--set", "epochs=1"]
            + settings.flatMap { ["--set", $0] }
        ).wait()
        #expect(result.status == 0, "\(result.errors)")
        return (try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])?["parameters"]
          as? Int
      }
      #expect(try trained("quick.yaml", "units=16") == parameters(16, 16))
      #expect(try trained("quick.yaml", "units=16", "units1=9") == parameters(16, 9))
      #expect(try trained("quick.yaml", "units=16", "depth=1") == parameters(16))
      #expect(try trained("listed.yaml") == parameters(20, 10))
      #expect(try trained("listed.yaml", "units=16", "depth=1") == parameters(16))
      #expect(try trained("listed.yaml", "units=16") == parameters(16, 16))
      #expect(try trained("listed.yaml", "units1=5") == parameters(20, 5))
      for (file, setting, message) in [
        ("listed.yaml", "depth=1", "give all layers others, as --set units=20"),
        ("listed.yaml", "units2=5", "--set depth=3 makes it deeper"),
        ("quick.yaml", "units7=5", "--set depth=8 makes it deeper"),
      ] {
        let refused = try command.hpo("train", "--config", file, "--set", setting)
        #expect(refused.status != 0 && refused.errors.contains(message), "\(refused.errors)")
      }
    }
  }

  @Test(
    "--set that changes nothing is refused with the way out",
    arguments: [
      (["momentum=0.5"], "=0.5 has no effect: optimizer is 'adam'; it counts with optimizer momentum or nesterov"),
      (["optimizer=adam", "alpha=0.9"], "as by --set optimizer=rmsprop; else leave it out"),
      (["optimizer=lbfgs", "restartEpochs=3", "schedule=warmRestarts"], "as by --set optimizer=adam"),
      (["huberDelta=2"], "as by --set loss=huber"),
      (["teacherShare=0.2"], "teacherShare=0.2 has no effect: there is no teacher"),
      (["negativeSlope=0.2"], "as by --set activation=leakyReLU"),
      (["depth=0", "dropout=0.2"], "dropout=0.2 has no effect: depth is '0'; it counts with depth above 0"),
      (["decayed=weights"], "weightDecay is '0' and l1Penalty is '0'; it counts with weightDecay above 0 or l1Penalty"),
      (["depth=1", "units0=4", "units=9"], "units=9 has no effect: --set gives each of the 1 layers"),
      (["epochs=4", "epochs=5"], "--set epochs=5: it is set to 4 already"),
      (["units01=4"], "there is no such hyperparameter"),
      (["units+1=4"], "there is no such hyperparameter"),
      (["depth=100"], "depth: expected a whole number from 0 to 64, met '100'"),
    ])
  func withoutEffect(_ settings: [String], _ message: String) throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      let refused = try command.start(
        "hpo", ["train", "--config", "quick.yaml", "--output", "m.hpo"] + settings.flatMap { ["--set", $0] }
      ).wait()
      #expect(refused.status != 0 && refused.errors.contains(message), "\(refused.errors)")
    }
  }

  @Test("a teacher of the command line has its numbers from there as well")
  func numbersOfTeacher() throws {
    try Command.inFolder { command in
      try command.trainQuick("--set", "epochs=1")
      let refused = try command.hpo(
        "train", "--config", "quick.yaml", "--teacher", "m.hpo", "--set", "teacherShare=0.2", "--output", "s.hpo")
      #expect(refused.errors.contains("teacherShare=0.2 has no effect beside --teacher; give --teacher-share 0.2"))
    }
  }

  @Test("find a place that cannot be written before any work")
  func unwritable() throws {
    try Command.inFolder { command in
      try command.trainQuick("--set", "epochs=1")
      try FileManager.default.createDirectory(
        at: command.folder.appending(path: "folder"), withIntermediateDirectories: false)
      for output in ["none/m.hpo", "folder"] {
        for arguments in [
          // A training that would take hours.
          ["train", "--config", "quick.yaml", "--set", "epochs=1000000", "--set", "units=4096"],
          ["quantize", "m.hpo", "--config", "quick.yaml", "--aware", "--epochs", "1000000"],
          ["prune", "m.hpo", "--config", "quick.yaml", "--sparsity", "0.5", "--epochs", "1000000"],
          ["export", "m.hpo", "--format", "onnx"],
        ] {
          let refused = try command.start("hpo", arguments + ["--output", output]).wait()
          #expect(refused.status != 0 && refused.errors.contains("\(output): the file cannot be written"))
        }
      }
      let nameless = try command.hpo("train", "--config", "quick.yaml", "--set", "epochs=1000000", "--output", "")
      #expect(nameless.status != 0 && nameless.errors.contains("has no name"), "\(nameless.errors)")
      let files = try FileManager.default.contentsOfDirectory(atPath: command.folder.path)
      #expect(!files.contains { $0.hasSuffix(".tmp") || $0.hasSuffix(".checkpoint") })
    }
  }

  @Test("a damaged checkpoint is told with the way out")
  func damagedCheckpoint() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      try command.write("hpo-ckpt and nothing of the kind", to: "m.hpo.checkpoint")
      let refused = try command.hpo("train", "--config", "quick.yaml", "--output", "m.hpo")
      #expect(refused.status != 0 && refused.errors.contains("m.hpo.checkpoint"))
      #expect(refused.errors.contains("--restart begins anew"))
      try command.succeed("train", "--config", "quick.yaml", "--output", "m.hpo", "--restart")
      // A file of somebody else's is kept.
      try command.write("a,b\n1,2\n", to: "m.hpo.checkpoint")
      for options in [[], ["--restart"]] {
        let kept = try command.start("hpo", ["train", "--config", "quick.yaml", "--output", "m.hpo"] + options).wait()
        #expect(kept.status != 0 && kept.errors.contains("move it, or give another --output"), "\(kept.errors)")
        #expect(!kept.errors.contains("begins anew"))
      }
      #expect(
        try String(contentsOf: command.folder.appending(path: "m.hpo.checkpoint"), encoding: .utf8) == "a,b\n1,2\n")
    }
  }

  @Test("a study file in place of the study's own, and a test part of another split, are told apart")
  func otherFiles() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      try command.succeed("optimize", "--config", "quick.yaml", "--trials", "1")
      let other = StudyFile.quick.replacing("epochs: 3", with: "epochs: 5")
      #expect(other != StudyFile.quick)
      try command.write(other, to: "longer.yaml")
      func epochs(_ options: String...) throws -> Int? {
        let arguments = ["train", "--study", "quick", "--trial", "0", "--output", "m.hpo"] + options
        let run = try command.start("hpo", arguments + ["--format", "json"]).wait()
        #expect(run.status == 0, "\(run.errors)")
        return run.errors.split(separator: "\n").count { $0.contains("epoch") }
      }
      let (own, longer) = (try epochs(), try epochs("--config", "longer.yaml"))
      #expect((own, longer) == (3, 5))
      let missing = try command.hpo("train", "--study", "quick", "--config", "none.yaml")
      #expect(missing.status != 0 && missing.errors.contains("none.yaml"))

      let same = try command.hpo("evaluate", "m.hpo", "--config", "quick.yaml")
      #expect(same.status == 0 && !same.errors.contains("another split"), "\(same.errors)")
      try command.write(
        StudyFile.quick.replacing("  data: digits\n", with: "  data: digits\n  split: {seed: 9}\n"), to: "cut.yaml")
      let cut = try command.hpo("evaluate", "m.hpo", "--config", "cut.yaml")
      #expect(cut.status == 0 && cut.errors.contains("another split"), "\(cut.errors)")
    }
  }

  @Test(
    "name what is wrong and the way out",
    arguments: [
      (["train"], "Give --config FILE"),
      (["train", "--config", "quick.yaml", "--set", "dept=3"], "did you mean 'depth'?"),
      (["train", "--config", "quick.yaml", "--set", "epochs=x"], "epochs: expected a whole number"),
      (["train", "--config", "quick.yaml", "--set", "epochs"], "--set"),
      (["train", "--config", "quick.yaml", "--output", "none/m.hpo", "--set", "epochs=1"], "none/m.hpo"),
      (["evaluate", "quick.yaml", "--data", "digits"], "this is no model of hpo"),
      (["evaluate", "none.hpo", "--data", "digits"], "none.hpo: the file cannot be opened"),
      (["predict", "none.hpo"], "Give --data FILE"),
      (
        ["evaluate", "none.hpo", "--data", "digits", "--target", "x"],
        "--target: digits has targets and features of its own; leave the option out"
      ),
      (["evaluate", "none.hpo", "--config", "quick.yaml", "--features", "x"], "--features: a study file has targets"),
    ])
  func mistakes(_ arguments: [String], _ message: String) throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      let result = try command.start("hpo", arguments).wait()
      #expect(result.status != 0)
      #expect(result.errors.contains(message), "\(result.errors)")
    }
  }
}
