extension BrokenFile {
  static let objective: [BrokenFile] = [
    BrokenFile(
      "an unknown data set",
      edits: [("data: digits", "data: digist")],
      messages: [
        "6:9: unknown data set 'digist'; did you mean 'digits'?"
      ]),
    BrokenFile(
      "a file as a data set",
      edits: [("data: digits", "data: houses.csv")],
      messages: [
        "6:9: unknown data set 'houses.csv'; a file is written {csv: houses.csv, target: COLUMN}"
      ]),
    BrokenFile(
      "a CSV file without its column",
      edits: [("data: digits", "data: {csv: houses.csv}")],
      messages: [
        "6:3: missing key 'target' in objective.data"
      ]),
    BrokenFile(
      "mistakes in a CSV file",
      edits: [
        (
          "data: digits",
          "data: {csv: a.csv, target: 3, delimter: comma, missingValues: drop, ignoredColumns: id, categoricalColumns: [1]}"
        )
      ],
      messages: [
        "6:30: objective.data.target: expected a text, met '3'; put it in quotes",
        "6:33: unknown key 'delimter' in objective.data; did you mean 'delimiter'?",
        "6:65: unknown treatment of missing values 'drop'; did you mean 'dropRows'?",
        "6:87: objective.data.ignoredColumns: expected a list of texts, met 'id'",
        "6:112: objective.data.categoricalColumns: expected a text, met '1'; put it in quotes",
      ]),
    BrokenFile(
      "keys of other files",
      edits: [("data: digits", "data: {npz: a.npz, features: x, target: y, delimiter: comma, csv: b.csv}")],
      messages: [
        "6:46: objective.data.delimiter has no effect on samples of 'npz'; leave it out",
        "6:64: objective.data.csv has no effect on samples of 'npz'; leave it out",
      ]),
    BrokenFile(
      "keys of arrays beside a table",
      edits: [("data: digits", "data: {csv: a.csv, target: y, features: x, testTarget: z}")],
      messages: [
        "6:33: objective.data.features has no effect on samples of 'csv'; leave it out",
        "6:46: objective.data.testTarget has no effect on samples of 'csv'; leave it out",
      ]),
    BrokenFile(
      "a target of files that have their labels with them",
      edits: [("data: digits", "data: {idx: folder, target: y}"), (", test: 0.2", "")],
      messages: [
        "6:23: objective.data.target has no effect on samples of 'idx'; leave it out"
      ]),
    BrokenFile(
      "a test fraction of data that come with a test part",
      edits: [("data: digits", "data: fashion-mnist")],
      messages: [
        "7:28: the data come with a test part, so that none is cut off; leave 'test' out"
      ]),
    BrokenFile(
      "a divergence from a teacher that is not named",
      edits: [("network: mlp", "network: mlp\n  loss: klDivergence\n  teacherShare: 1.5")],
      messages: [
        "9:9: the loss 'klDivergence' learns what a teacher says; name its file: teacher: FILE",
        "10:17: objective.teacherShare: expected a number above 0 and up to 1, met '1.5'",
      ]),
    BrokenFile(
      "hyperparameters without effect",
      edits: [
        (
          "epochs: 30",
          "beta1: 0.8\n  huberDelta: 2\n  temperature: 2\n  decayed: weights\n  restartEpochs: 5\n  negativeSlope: 0.2"
        )
      ],
      messages: [
        "10:3: 'huberDelta' has no effect: loss is 'automatic' by default; it counts with loss huber; else leave it out",
        "11:3: 'temperature' has no effect: there is no 'teacher'; it counts with a teacher; else leave it out",
        "12:3: 'decayed' has no effect: weightDecay is '0' by default and l1Penalty is '0' by default; it counts with "
          + "weightDecay above 0 or l1Penalty above 0; else leave it out",
        "13:3: 'restartEpochs' has no effect: schedule is 'constant' by default; it counts with schedule warmRestarts; "
          + "else leave it out",
        "14:3: 'negativeSlope' has no effect: activation is never leakyReLU where 'negativeSlope' exists; it counts with "
          + "activation leakyReLU; else leave it out",
      ]),
    BrokenFile(
      "a parameter of another optimizer",
      edits: [("momentum, adam]", "adam]"), (", when: {optimizer: momentum}", "")],
      messages: [
        "20:3: 'momentum' has no effect: optimizer is never momentum or nesterov where 'momentum' exists; it counts with "
          + "optimizer momentum or nesterov; else leave it out"
      ]),
    BrokenFile(
      "a parameter that exists beside another optimizer alone",
      edits: [("when: {optimizer: momentum}", "when: {optimizer: [sgd, adam]}")],
      messages: [
        "20:3: 'momentum' has no effect: optimizer is never momentum or nesterov where 'momentum' exists; it counts with "
          + "optimizer momentum or nesterov; else leave it out"
      ]),
    BrokenFile(
      "hyperparameters whose premises lack one themselves",
      text: """
        objective:
          data: digits
          network: mlp
          metric: logLoss
          optimizer: lbfgs
          schedule: warmRestarts
          restartEpochs: 5
          depth: 0
        space:
          units: {int: 4..8}
          learningRate: {float: 1e-3..1, log: true}
        """,
      messages: [
        "6:3: 'schedule' has no effect: optimizer is fixed to 'lbfgs' in line 5; it counts with optimizer other than lbfgs "
          + "or newtonCG; else leave it out",
        "7:3: 'restartEpochs' has no effect: optimizer is fixed to 'lbfgs' in line 5; it counts with optimizer other than "
          + "lbfgs or newtonCG; else leave it out",
        "10:3: 'units' has no effect: depth is fixed to '0' in line 8; it counts with depth above 0; else leave it out",
        "11:3: 'learningRate' has no effect: optimizer is fixed to 'lbfgs' in line 5; it counts with optimizer other than "
          + "lbfgs or newtonCG; else leave it out",
      ]),
    BrokenFile(
      "what an optimizer of all samples cannot have",
      text: """
        objective:
          data: diabetes
          network: mlp
          metric: rmse
          optimizer: lbfgs
          dropout: 0.1
          l1Penalty: 1e-4
          weightMaximum: 1
          weightAveraging: 0.9
        space:
          units: {int: 4..8}
        """,
      messages: [
        "6:3: 'dropout' is '0.1', and the optimizer lbfgs minimizes one smooth loss of all samples: it makes the loss another one "
          + "at each look; leave it out, or take an optimizer of steps such as adam",
        "7:3: 'l1Penalty' is '0.0001', and the optimizer lbfgs minimizes one smooth loss of all samples: it gives the loss kinks; "
          + "leave it out, or take an optimizer of steps such as adam",
        "8:3: 'weightMaximum' is '1', and the optimizer lbfgs minimizes one smooth loss of all samples: it sets bounds, which are "
          + "no part of it; leave it out, or take an optimizer of steps such as adam",
        "9:3: 'weightAveraging' is '0.9', and the optimizer lbfgs minimizes one smooth loss of all samples: it averages its "
          + "iterates; leave it out, or take an optimizer of steps such as adam",
      ]),
    BrokenFile(
      "what contradicts the data, or another key",
      text: """
        objective:
          data: diabetes
          network: mlp
          metric: rmse
          loss: crossEntropy
          shift: 2
          weightMinimum: 0
          weightMaximum: 0
          schedule: cosine
          leastRate: 1
        space:
          learningRate: {float: 1e-3..1e-1, log: true}
        """,
      messages: [
        "5:3: 'loss' is 'crossEntropy', a loss for classification, and the metric is one for regression; write squaredError, "
          + "absoluteError or huber, or leave it out",
        "6:3: 'shift' is '2', and only images are shifted, flipped and cut out; leave it out",
        "8:3: 'weightMaximum' is '0', and 'weightMinimum' '0.0', so that all weights are the same; let the one be below the other",
        "10:3: 'leastRate' is '1', and a schedule lowers the learning rate of 0.1 to it; take less than that",
      ]),
    BrokenFile(
      "convolutions over a table",
      text: """
        objective:
          data: {csv: a.csv, target: b}
          network: cnn
          metric: accuracy
        space:
          channels: {int: 4..8}
        """,
      messages: ["3:12: the network 'cnn' needs images, and the data are the rows of a table; take the network 'mlp'"]),
    BrokenFile(
      "second derivatives of pooling",
      text: """
        objective:
          data: digits
          network: cnn
          metric: accuracy
          optimizer: newtonCG
        space:
          channels: {int: 4..8}
        """,
      messages: [
        "5:3: 'optimizer' is 'newtonCG', which needs second derivatives, and pooling and batch normalization have none; take "
          + "lbfgs, or the network mlp"
      ]),
    BrokenFile(
      "an unknown precision",
      edits: [("network: mlp", "network: mlp\n  precision: float16")],
      messages: [
        "9:14: unknown precision 'float16'; did you mean 'bfloat16'?"
      ]),
    BrokenFile(
      "an unknown network",
      edits: [("network: mlp", "network: rnn")],
      messages: [
        "8:12: unknown network 'rnn'; did you mean 'cnn'?"
      ]),
    BrokenFile(
      "an unknown metric",
      edits: [("metric: accuracy", "metric: accurracy")],
      messages: [
        "10:11: unknown metric 'accurracy'; did you mean 'accuracy'?"
      ]),
    BrokenFile(
      "a metric for other data",
      edits: [("metric: accuracy", "metric: rmse"), ("direction: maximize", "direction: minimize")],
      messages: [
        "10:11: the metric 'rmse' is for regression, the data for classification; write accuracy or "
          + "balancedAccuracy or f1 or logLoss"
      ]),
    BrokenFile(
      "a metric for another task",
      edits: [("data: digits", "data: {csv: houses.csv, target: price, task: regression}")],
      messages: [
        "10:11: the metric 'accuracy' is for classification, the data for regression; write rmse or mae or r2"
      ]),
    BrokenFile(
      "an unknown direction",
      edits: [("direction: maximize", "direction: max")],
      messages: [
        "3:12: unknown direction 'max'; did you mean 'maximize'?"
      ]),
    BrokenFile(
      "a direction that contradicts the metric",
      edits: [("direction: maximize", "direction: minimize")],
      messages: [
        "3:12: the direction 'minimize' contradicts the metric 'accuracy', of which more is better; write "
          + "'maximize'"
      ]),
    BrokenFile(
      "two directions of one metric",
      edits: [("direction: maximize", "directions: [maximize, minimize]")],
      messages: [
        "3:24: a training has one value, its metric 'accuracy', but 2 directions are listed"
      ]),
    BrokenFile(
      "direction and directions",
      edits: [("direction: maximize", "direction: maximize\ndirections: [maximize]")],
      messages: [
        "4:1: 'direction' and 'directions' exclude each other; keep one of them"
      ]),
    BrokenFile(
      "a list of directions under direction",
      edits: [("direction: maximize", "direction: [maximize]")],
      messages: [
        "3:12: direction: expected minimize or maximize, met a list; several directions stand under 'directions'"
      ]),
    BrokenFile(
      "a name under directions",
      edits: [("direction: maximize", "directions: maximize")],
      messages: [
        "3:13: directions: expected a list such as [minimize, maximize], met 'maximize'"
      ]),
    BrokenFile(
      "fractions that leave nothing",
      edits: [("validation: 0.2", "validation: 0.9")],
      messages: [
        "7:10: objective.split: validation 0.9 and test 0.2 leave nothing to train on; they must be below 1 together"
      ]),
    BrokenFile(
      "a fraction out of bounds",
      edits: [("validation: 0.2", "validation: 0")],
      messages: [
        "7:23: objective.split.validation: expected a number above 0 and below 1, met '0'"
      ]),
    BrokenFile(
      "a batch of no sample",
      edits: [("  batchSize: {choice: [16, 32, 64, 128]}\n", ""), ("epochs: 30", "epochs: 30\n  batchSize: 0")],
      messages: [
        "10:14: objective.batchSize: expected a whole number from 1 to 65536, or all, met '0'"
      ]),
    BrokenFile(
      "a negative learning rate",
      edits: [
        ("  learningRate: {float: 1e-4..1e-1, log: true}\n", ""), ("epochs: 30", "epochs: 30\n  learningRate: -0.1"),
      ],
      messages: [
        "10:17: objective.learningRate: expected a number above 0, met '-0.1'"
      ]),
    BrokenFile(
      "a mistyped activation",
      edits: [
        ("  activation: {choice: [relu, tanh, sigmoid]}\n", ""), ("epochs: 30", "epochs: 30\n  activation: rely"),
      ],
      messages: [
        "10:15: unknown activation 'rely'; did you mean 'relu'?"
      ]),
    BrokenFile(
      "epochs that are no number",
      edits: [("epochs: 30", "epochs: many")],
      messages: [
        "9:11: objective.epochs: expected a whole number from 1 to 1000000, met 'many'"
      ]),
    BrokenFile(
      "a hyperparameter both fixed and searched",
      edits: [("epochs: 30", "epochs: 30\n  dropout: 0.1")],
      messages: [
        "19:3: 'dropout' is searched here and fixed under objective in line 10; keep one of them"
      ]),
    BrokenFile(
      "a list of units besides searched ones",
      edits: [("epochs: 30", "epochs: 30\n  units: [64, 32]")],
      messages: [
        "17:3: 'units' is searched here and fixed under objective in line 10; keep one of them"
      ]),
    BrokenFile(
      "a list of units besides a searched depth",
      edits: [
        ("  units: {int: 16..256, log: true, repeat: depth} # units0, … as deep as the network is\n", ""),
        ("epochs: 30", "epochs: 30\n  units: [64, 32]"),
      ],
      messages: [
        "16:3: 'depth' is searched here, but objective.units in line 10 lists the layers; write one number of "
          + "units there"
      ]),
    BrokenFile(
      "a list of units that contradicts the depth",
      edits: [
        ("  units: {int: 16..256, log: true, repeat: depth} # units0, … as deep as the network is\n", ""),
        ("  depth: {int: 1..3}\n", ""), ("epochs: 30", "epochs: 30\n  depth: 3\n  units: [64, 32]"),
      ],
      messages: [
        "10:10: objective.depth is 3, but objective.units lists 2 layers"
      ]),
    BrokenFile(
      "a study name that is a number",
      edits: [("study: digits-mlp", "study: 5")],
      messages: [
        "2:8: study: expected a text, met '5'; put it in quotes"
      ]),
    BrokenFile(
      "trials that are no number",
      edits: [("trials: 200", "trials: many")],
      messages: [
        "24:9: trials: expected a whole number of 1 or more, met 'many'"
      ]),
    BrokenFile(
      "no jobs",
      edits: [("jobs: 2", "jobs: 0")],
      messages: [
        "25:7: jobs: expected a whole number from 1 to 200, met '0'"
      ]),
    BrokenFile(
      "an unknown sampler",
      edits: [("name: tpe", "name: tpee")],
      messages: [
        "22:17: unknown sampler 'tpee'; did you mean 'tpe'?"
      ]),
    BrokenFile(
      "a sampler that does not exist",
      edits: [("{name: tpe, seed: 7}", "cmaes")],
      messages: [
        "22:10: unknown sampler 'cmaes'; expected one of tpe, random, grid, evolution, nsga2"
      ]),
    BrokenFile(
      "a seed below zero",
      edits: [("seed: 7", "seed: -7")],
      messages: [
        "22:28: sampler.seed: expected a whole number of 0 or more, met '-7'"
      ]),
    BrokenFile(
      "an unknown pruner",
      edits: [("name: median", "name: hyperband")],
      messages: [
        "23:16: unknown pruner 'hyperband'; expected one of median, percentile, none"
      ]),
    BrokenFile(
      "steps with a fraction",
      edits: [("warmupSteps: 3", "warmupSteps: 3.5")],
      messages: [
        "23:55: pruner.warmupSteps: expected a whole number of 0 or more, met '3.5'"
      ]),
    BrokenFile(
      "a percentile above 100",
      edits: [("{name: median, startupTrials: 5, warmupSteps: 3}", "{name: percentile, percentile: 120}")],
      messages: [
        "23:40: pruner.percentile: expected a number of 0 or more and up to 100, met '120'"
      ]),
  ]
}
