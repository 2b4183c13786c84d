import Foundation
import TestSupport
import Testing

@Suite("Studies with cross-validation, all samples at once and augmentation", .on(.commands))
struct RefinementCommandTests {
  @Test("a trial's value is the mean over its folds, and lies in the interval that is kept with it")
  func folds() throws {
    try Command.inFolder { command in
      try command.write(
        """
        study: folded
        objective:
          data: diabetes
          split: {folds: 4}
          network: mlp
          epochs: 4
          metric: rmse
          metricAveraging: 0.5
        space:
          learningRate: {float: 1e-3..1e-1, log: true}
          weightDecay: {float: 1e-5..1e-1, log: true}
          decayed: {choice: [all, weights]}
        sampler: {name: random, seed: 2}
        """, to: "folded.yaml")
      try command.succeed("optimize", "--config", "folded.yaml", "--trials", "4", "--jobs", "2")
      let trials = try #require(try command.json("trials", "--state", "complete") as? [[String: Any]])
      #expect(trials.count == 4)
      for trial in trials {
        let value = try #require((trial["values"] as? [String: Double])?["rmse"])
        let attributes = try #require(trial["userAttributes"] as? [String: Any])
        let folds = try #require(attributes["folds"] as? [Double])
        #expect(folds.count == 4 && (attributes["epochs"] as? [Int])?.count == 4)
        let diagnoses = try #require(attributes["diagnoses"] as? [String])
        let worst = try #require(attributes["diagnosis"] as? String)
        #expect(diagnoses.count == 4 && diagnoses.contains(worst))
        #expect(abs(folds.reduce(0, +) / 4 - value) < 1e-9)
        let interval = try #require(attributes["interval"] as? [Double])
        #expect(interval[0] < value && value < interval[1] && attributes["test rmse"] is Double)
      }
      // The first fold of a trial is trained again bit for bit.
      let report = try #require(
        try command.json("train", "--study", "folded", "--trial", "1", "--output", "m.hpo") as? [String: Any])
      let history = try #require(report["history"] as? [[String: Any]])
      #expect(history.count == 4)
      let measured = try #require(try command.json("evaluate", "m.hpo", "--config", "folded.yaml") as? [String: Any])
      #expect(measured["samples"] as? Int == 88 && measured["rmse"] is Double)
      let told = try command.succeed("train", "--config", "folded.yaml", "--output", "n.hpo")
      #expect(told.contains("the first of 4; a search measures a trial on all of them"), "\(told)")
    }
  }

  @Test("a small network learns what a saved one says, alone or beside the targets, and classes one against all")
  func teacher() throws {
    try Command.inFolder { command in
      func study(_ name: String, _ lines: String) throws {
        try command.write(
          """
          study: \(name)
          objective:
            data: digits
            network: mlp
            metric: accuracy
            selection: logLoss
            epochs: 12
            learningRate: 0.01
          \(lines.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
          space:
            batchSize: {int: 30..34}
          sampler: {name: random, seed: 1}
          """, to: "\(name).yaml")
      }
      try study("large", "units: [128]\nloss: binaryCrossEntropy")
      let large = try #require(try command.json("train", "--config", "large.yaml") as? [String: Any])
      #expect((large["test"] as? [String: Double])?["accuracy"] ?? 0 > 0.94)
      let rows = try #require(
        try command.json("predict", "large.hpo", "--data", "digits", "--limit", "3", "--probabilities")
          as? [[String: Any]])
      for row in rows {
        let all = try #require(row["probabilities"] as? [String: Double])
        #expect(abs(all.values.reduce(0, +) - 1) < 1e-5)
      }
      for (name, lines) in [
        ("alone", "units: [12]\nteacher: large.hpo\nloss: klDivergence\ntemperature: 3"),
        ("beside", "units: [12]\nteacher: large.hpo\nteacherShare: 0.7"),
      ] {
        try study(name, lines)
        try command.succeed("optimize", "--config", "\(name).yaml", "--trials", "2")
        let report = try #require(
          try command.json("train", "--study", name, "--trial", "1", "--output", "m.hpo") as? [String: Any])
        #expect((report["test"] as? [String: Double])?["accuracy"] ?? 0 > 0.85)
        let trials = try #require(try command.json("trials", "--study", name) as? [[String: Any]])
        let value = trials.first { $0["number"] as? Int == 1 }?["values"] as? [String: Double]
        #expect((report["validation"] as? [String: Double])?["accuracy"] == value?["accuracy"])
      }
      // Another split is another standardization, and its validation samples may be those that the teacher learned.
      try study("other", "units: [12]\nteacher: large.hpo\nsplit: {validation: 0.3, test: 0.2, seed: 4}")
      let other = try command.hpo("train", "--config", "other.yaml")
      #expect(other.status != 0 && other.errors.contains("the teacher was trained on digits"), "\(other.errors)")
      try study("none", "units: [12]\nteacher: none.hpo")
      #expect(try command.hpo("train", "--config", "none.yaml").errors.contains("none.hpo: the file cannot be opened"))
    }
  }

  @Test("every optimizer with every schedule learns, and a batch of all samples is one step an epoch")
  func optimizers() throws {
    try Command.inFolder { command in
      let optimizers = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"]
      let schedules = ["constant", "step", "exponential", "cosine", "oneCycle", "warmRestarts", "plateau"]
      try command.write(
        """
        study: all
        objective:
          data: digits
          network: mlp
          units: [24]
          epochs: 4
          warmup: 0.1
          metric: balancedAccuracy
          learningRate: 0.02
        space:
          optimizer: {choice: \(optimizers)}
          schedule: {choice: \(schedules)}
        sampler: {name: grid, seed: 3}
        pruner: {name: none}
        """.replacing("\"", with: ""), to: "all.yaml")
      try command.succeed("optimize", "--config", "all.yaml", "--trials", "49", "--jobs", "2")
      let trials = try #require(try command.json("trials", "--study", "all") as? [[String: Any]])
      var met: Set<String> = []
      for trial in trials {
        let parameters = try #require(trial["params"] as? [String: String])
        let value = (trial["values"] as? [String: Double])?["balancedAccuracy"] ?? 0
        met.insert("\(parameters["optimizer"] ?? "") \(parameters["schedule"] ?? "")")
        // A tenth is chance.
        #expect(value > 0.3, "\(parameters): \(value)")
      }
      #expect(met.count == 49)
      let report = try #require(
        try command.json(
          "train", "--config", "all.yaml", "--set", "optimizer=sgd", "--set", "batchSize=all", "--set", "epochs=30",
          "--set", "learningRate=0.1", "-o", "m.hpo") as? [String: Any])
      let losses = try #require(report["history"] as? [[String: Any]]).compactMap { $0["trainingLoss"] as? Double }
      // Full gradients descend without noise.
      #expect(losses.count == 30 && zip(losses, losses.dropFirst()).allSatisfy { $0 > $1 }, "\(losses)")
      #expect(report["precision"] as? String == "float32")
    }
  }

  @Test("L-BFGS trains on all samples, an iteration an epoch, and its mistakes are told")
  func fullBatch() throws {
    try Command.inFolder { command in
      try command.write(
        """
        study: smooth
        objective:
          data: digits
          network: mlp
          depth: 1
          units: 16
          activation: tanh
          epochs: 30
          metric: accuracy
          optimizer: lbfgs
        space:
          weightDecay: {float: 1e-4..1e-2, log: true}
        """, to: "smooth.yaml")
      let report = try #require(
        try command.json("train", "--config", "smooth.yaml", "--set", "weightDecay=0.001", "--output", "m.hpo")
          as? [String: Any])
      let test = try #require(report["test"] as? [String: Double])
      #expect((test["accuracy"] ?? 0) > 0.9)
      let refused = try command.hpo("train", "--config", "smooth.yaml", "--set", "dropout=0.3", "--output", "m.hpo")
      #expect(refused.status != 0 && refused.errors.contains("dropout of 0"), "\(refused.errors)")
      let table = try command.hpo(
        "train", "--config", "smooth.yaml", "--set", "optimizer=adam", "--set", "shift=9", "--output", "m.hpo")
      #expect(table.status != 0 && table.errors.contains("below the image's sides"), "\(table.errors)")
      let augmented = try command.hpo(
        "train", "--config", "smooth.yaml", "--set", "optimizer=adam", "--set", "shift=1", "--set", "epochs=2")
      #expect(augmented.status == 0, "\(augmented.errors)")
    }
  }
}
