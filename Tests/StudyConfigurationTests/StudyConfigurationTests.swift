import Execution
import Foundation
import Graphs
import OrderedCollections
import SearchSpace
import StudyConfiguration
import Testing
import Training
import Trials

@Suite("Study files") struct StudyConfigurationTests {
  @Test("Every study file of the repository is read", arguments: Files.configs)
  func configs(_ path: String) throws {
    let configuration = try StudyConfiguration(contentsOf: path)
    #expect(configuration.text == (try String(contentsOfFile: path, encoding: .utf8)))
  }

  @Test("The repository has study files") func configsExist() {
    #expect(!Files.configs.isEmpty)
  }

  @Test("The study of the digits says what its file says") func digits() throws {
    let study = try read(try Files.text("Configs/digits-mlp.yaml"))
    #expect(study.name == "digits-mlp")
    #expect(study.directions == [.maximize])
    #expect(study.sampler == SamplerConfiguration(.tpe(.init()), seed: 7))
    var pruning = PrunerConfiguration.Options()
    pruning.warmupSteps = 5
    #expect(study.pruner == .median(pruning))
    #expect(study.trials == 200)
    #expect(study.jobs == 2)
    let training = try #require(study.objective?.training)
    #expect(training.data == .embedded(.digits))
    #expect(training.split == DataSplit(validation: 0.25, test: 0.2, seed: 0))
    #expect(training.network == .mlp)
    #expect(training.metric == .accuracy && training.selection == .logLoss)
    #expect(training.fixed == ["epochs": 40, "weightAveraging": 0.99])
    let names = [
      "learningRate", "batchSize", "depth", "units", "activation", "dropout", "optimizer", "weightDecay", "momentum",
    ]
    #expect(study.space.entries.map(\.name) == names)
    #expect(study.space.entries[0].distribution == .float(try FloatDistribution(low: 1e-3, high: 0.3, log: true)))
    #expect(study.space.entries[3].repetition == .valueOf("depth"))
    #expect(study.space.entries[8].condition == .init(["optimizer": ["momentum"]]))
  }

  @Test("What a file leaves out has its default") func defaults() throws {
    let study = try read("direction: minimize\nspace: {x: {float: 0..1}}")
    #expect(study.name == nil && study.objective == nil && study.trials == nil && study.jobs == nil)
    #expect(study.sampler == SamplerConfiguration())
    #expect(study.pruner == .median(.init()))
    let several = try read("directions: [minimize, minimize]\nspace: {x: {float: 0..1}}")
    #expect(several.directions == [.minimize, .minimize])
    #expect(several.pruner == PrunerConfiguration.none)
  }

  @Test("The precision of products is float32 unless the file says otherwise")
  func precision() throws {
    func precision(_ line: String) throws -> Precision? {
      let study = try read(
        "objective: {data: digits, network: mlp, metric: accuracy\(line)}\nspace: {dropout: {float: 0..0.5}}")
      return study.objective?.training?.precision
    }
    #expect(try precision("") == .float32)
    #expect(try precision(", precision: bfloat16") == .bfloat16)
    #expect(try precision(", precision: auto") == .auto)
  }

  @Test(
    "The metric tells the direction", arguments: zip(["accuracy", "logLoss"], [StudyDirection.maximize, .minimize]))
  func direction(metric: String, direction: StudyDirection) throws {
    let study = try read(
      "objective: {data: digits, network: mlp, metric: \(metric)}\nspace: {dropout: {float: 0..0.5}}")
    #expect(study.directions == [direction])
  }

  @Test("A metric tells the task of a CSV file, whose path is taken from the study's folder") func csv() throws {
    let text = """
      objective: {data: {csv: houses.csv, target: price, ignoredColumns: [id]}, network: mlp, metric: r2}
      space: {dropout: {float: 0..0.5}}
      """
    let study = try StudyConfiguration(bytes: Array(text.utf8), file: "Configs/a.yaml", folder: "Configs")
    guard case .csv(let file) = study.objective?.training?.data else { throw Missing() }
    #expect(file.path == "Configs/houses.csv")
    #expect(file.target == "price")
    #expect(file.options.task == .regression)
    #expect(file.options.delimiter == .automatic)
    #expect(file.options.missingValues == .reject)
    #expect(file.options.ignoredColumns == ["id"])
  }

  private struct Missing: Error {}

  @Test("A byte order mark before the text is no part of it") func byteOrderMark() throws {
    #expect(try read("\u{FEFF}direction: minimize\nspace: {x: {float: 0..1}}").directions == [.minimize])
  }

  @Test("Repetitions and conditions on what the objective fixes are decided at once") func decided() throws {
    let study = try read(
      """
      objective: {data: digits, network: mlp, metric: accuracy, depth: 3, optimizer: momentum}
      space:
        units: {int: 8..16, repeat: depth}
        momentum: {float: 0.5..0.9, when: {optimizer: [sgd, momentum]}}
      """)
    #expect(study.space.distributions.keys == ["units0", "units1", "units2", "momentum"])
    #expect(!study.space.isConditional)
  }

  @Test("The hyperparameters of a trial are its own, the fixed ones, and the defaults") func hyperparameters() throws {
    let study = try read(
      """
      objective: {data: digits, network: mlp, metric: accuracy, batchSize: 16, weightDecay: 1e-3}
      space:
        learningRate: {float: 1e-4..1e-1}
        depth: {int: 1..3}
        units: {int: 8..64, repeat: depth}
        optimizer: {choice: [sgd, momentum]}
        momentum: {float: 0.5..0.99, when: {optimizer: momentum}}
      """)
    let training = try #require(study.objective?.training)
    let own: OrderedDictionary<String, Choice> = [
      "learningRate": 0.01, "depth": 2, "units0": 8, "units1": 24, "units2": 64, "optimizer": "momentum",
      "momentum": 0.75,
    ]
    let values = study.space.walk { name, _ in own[name] ?? .null }
    #expect(values.keys == ["learningRate", "depth", "units0", "units1", "optimizer", "momentum"])
    let all = try training.hyperparameters(for: values)
    #expect(all.learningRate == 0.01 && all.batchSize == 16)
    #expect(all.network == .mlp(MultilayerPerceptron(hiddenUnits: [8, 24])))
    #expect(all.optimizer == .momentum && all.momentum == 0.75)
    #expect(all.weightDecay == 0.001 && all.epochs == 30)
    let plain = try training.hyperparameters(for: ["depth": 0, "optimizer": "sgd", "momentum": 0.6])
    #expect(plain.network.widths.isEmpty && plain.momentum == nil && plain.learningRate == 0.001)
  }

  @Test("Activations have their own numbers") func activations() throws {
    let study = try read(
      """
      objective: {data: digits, network: mlp, metric: accuracy, depth: 1, eluAlpha: 0.5}
      space:
        activation: {choice: [relu, elu, leakyReLU]}
        negativeSlope: {float: 0.01..0.3, log: true, when: {activation: leakyReLU}}
      """)
    let training = try #require(study.objective?.training)
    for (values, activation) in [
      (["activation": "leakyReLU", "negativeSlope": 0.2], .leakyReLU(slope: 0.2)),
      (["activation": "leakyReLU"], .leakyReLU(slope: 0.01)), (["activation": "elu"], .elu(alpha: 0.5)),
      (["activation": "relu"], .relu),
    ] as [(OrderedDictionary<String, Choice>, Activation)] {
      let network = try training.hyperparameters(for: values).network
      #expect(network == .mlp(MultilayerPerceptron(hiddenUnits: [64], activation: activation)))
    }
  }

  @Test("What refines a training is read, searched or by default") func refinements() throws {
    let head = "objective: {data: digits, network: mlp, metric: accuracy"
    let plain = try #require(try read("\(head)}\nspace: {dropout: {float: 0..0.5}}").objective?.training)
    let usual = try plain.hyperparameters(for: [:]).refinements
    #expect(usual.beta1 == 0.9 && usual.beta2 == 0.999 && usual.epsilon == nil && !usual.isCentred)
    #expect(usual.decayed == .all && usual.initialization == .automatic && usual.loss == .automatic)
    #expect(usual.weightBounds == nil && usual.gradientValue == nil && usual.augmentation.isIdentity)

    let study = try read(
      """
      \(head), batchSize: all, decayed: weights, l1Penalty: 1e-4, weightLimit: 2, weightMinimum: -3, weightMaximum: 0.5, centred: true, epsilon: 1e-3,
        initialization: orthogonal, gradientValue: 0.5, metricAveraging: 0.8, schedule: plateau, plateauPatience: 3,
        shift: 1, flip: both}
      space: {cutout: {int: 0..4}, alpha: {float: 0.9..0.99}, optimizer: {choice: [lbfgs, newtonCG, rmsprop]}}
      """)
    let training = try #require(study.objective?.training)
    let all = try training.hyperparameters(for: ["cutout": 3, "alpha": 0.95, "optimizer": "newtonCG"])
    let refined = all.refinements
    #expect(all.batchSize == .max && all.optimizer == .newtonCG && all.schedule == .plateau)
    #expect(refined.decayed == .weights && refined.l1Penalty == 1e-4 && refined.weightBounds == -2...0.5)
    #expect(refined.isCentred && refined.epsilon == 1e-3 && refined.alpha == 0.95)
    #expect(refined.initialization.initializer == .orthogonal() && refined.gradientValue == 0.5)
    #expect(refined.metricAveraging == 0.8 && refined.plateau == PlateauReduction(factor: 0.1, patience: 3))
    #expect(refined.augmentation == Augmentation(shift: 1, flip: .both, cutout: 3))
    guard case .mlp(let network) = all.network else { throw Missing() }
    #expect(network.initialization == .orthogonal())
  }

  @Test("The numbers of schedules and of optimizers are read, and refused where they count for nothing")
  func numbersOfSchedules() throws {
    let head = "objective: {data: digits, network: mlp, metric: accuracy"
    func refinements(_ text: String) throws -> TrainingRefinements {
      let study = try read("\(head), \(text)}\nspace: {units: {int: 8..16}}")
      return try #require(study.objective?.training).hyperparameters(for: ["units": 8]).refinements
    }
    let usual = try refinements("epochs: 9")
    #expect(usual.stepEpochs == nil && usual.stepFactor == 0.1 && usual.decayFactor == nil && usual.leastRate == 0)
    #expect(usual.plateau == PlateauReduction() && usual.memory == 10 && usual.rootMomentum == 0)
    let plateau = try refinements("schedule: plateau, plateauThreshold: 0.01, plateauCooldown: 2, leastRate: 1e-5")
    #expect(plateau.plateau == PlateauReduction(threshold: 0.01, cooldown: 2, minimum: 1e-5))
    let step = try refinements("schedule: step, stepEpochs: 4, stepFactor: 0.5")
    #expect(step.stepEpochs == 4 && step.stepFactor == 0.5)
    #expect(try refinements("schedule: exponential, decayFactor: 0.9").decayFactor == 0.9)
    #expect(try refinements("schedule: cosine, leastRate: 1e-4").leastRate == 1e-4)
    let cycle = try refinements("schedule: oneCycle, cycleRise: 0.4, cycleStart: 10, cycleEnd: 100").cycle
    #expect(cycle.rise == 0.4 && cycle.start == 10 && cycle.end == 100)
    #expect(try refinements("optimizer: lbfgs, memory: 20").memory == 20)
    #expect(try refinements("optimizer: rmsprop, rootMomentum: 0.8").rootMomentum == 0.8)
    for text in [
      "schedule: cosine, stepEpochs: 4", "schedule: step, decayFactor: 0.9", "schedule: oneCycle, leastRate: 0.1",
      "schedule: plateau, cycleRise: 0.3", "memory: 5", "optimizer: momentum, rootMomentum: 0.5",
    ] {
      #expect(throws: ConfigurationError.self, "\(text)") { try refinements(text) }
    }
  }

  @Test("Folds stand in place of the fraction for validation") func folds() throws {
    func split(_ text: String) throws -> DataSplit? {
      try read(
        "objective: {data: diabetes, network: mlp, metric: rmse, split: \(text)}\nspace: {dropout: {float: 0..0.5}}"
      ).objective?.training?.split
    }
    let folded = try #require(try split("{folds: 4, test: 0.25, seed: 3}"))
    #expect(folded.folds == 4 && folded.test == 0.25 && folded.seed == 3)
    let samples = try EmbeddedDataset.diabetes.load()
    #expect(try folded.parts(of: samples, test: nil).count == 4)
    #expect(try split("{validation: 0.3}")?.parts(of: samples, test: nil).count == 1)
    let both = #expect(throws: ConfigurationError.self) { try split("{folds: 4, validation: 0.3}") }
    #expect(both?.description.contains("leave 'validation' or 'folds' out") == true)
    #expect(throws: ConfigurationError.self) { try split("{folds: 1}") }
  }

  @Test("Arrays of NumPy are named in an archive, or by files") func numpy() throws {
    func data(_ text: String, _ metric: String = "accuracy") throws -> DataSource? {
      let text = "objective: {data: \(text), network: mlp, metric: \(metric)}\nspace: {dropout: {float: 0..0.5}}"
      return try StudyConfiguration(bytes: Array(text.utf8), file: "Configs/a.yaml", folder: "Configs").objective?
        .training?.data
    }
    let archive = try data("{npz: a.npz, features: x, target: y}")
    #expect(
      archive
        == .numpy(
          NumpyData(
            features: .member("x", of: "Configs/a.npz"), target: .member("y", of: "Configs/a.npz"),
            task: .classification)))
    #expect(archive?.hasTest == false)
    let files = try data("{npy: /x.npy, target: y.npy, testFeatures: u.npy, testTarget: v.npy}", "rmse")
    #expect(
      files
        == .numpy(
          NumpyData(
            features: .file("/x.npy"), target: .file("Configs/y.npy"), testFeatures: .file("Configs/u.npy"),
            testTarget: .file("Configs/v.npy"), task: .regression)))
    #expect(files?.hasTest == true)
    for broken in [
      "{npz: a.npz, target: y}", "{npz: a.npz, npy: x.npy, features: x, target: y}", "{npy: x.npy}",
      "{npy: x.npy, target: y.npy, testTarget: v.npy}", "{npy: x.npy, features: x, target: y.npy}",
      "{npz: [], features: x, target: y}",
    ] {
      #expect(throws: ConfigurationError.self, "\(broken)") { try data(broken) }
    }
  }

  @Test("Units are searched for all layers at once, or listed") func units() throws {
    let head = "objective: {data: digits, network: mlp, metric: accuracy"
    let shared = try read("\(head), depth: 3}\nspace: {units: {int: 8..64}}").objective?.training
    #expect(try shared?.hyperparameters(for: ["units": 12]).network.widths == [12, 12, 12])
    let listed = try read("\(head), units: [32, 16]}\nspace: {dropout: {float: 0..0.5}}").objective?.training
    #expect(try listed?.hyperparameters(for: [:]).network.widths == [32, 16])
  }

  @Test("A convolution network has keys of its own") func convolutionNetwork() throws {
    let study = try read(
      """
      objective:
        data: digits
        network: cnn
        metric: accuracy
        depth: 2
        kernel: 5
        head: flatten
        schedule: cosine
        warmup: 0.1
        labelSmoothing: 0.1
        gradientNorm: 2
        patience: 5
      space:
        channels: {int: 8..64, repeat: depth}
        convolution: {choice: [full, separable]}
        optimizer: {choice: [nesterov, adamw]}
      """)
    let training = try #require(study.objective?.training)
    let all = try training.hyperparameters(
      for: ["channels0": 8, "channels1": 24, "convolution": "separable", "optimizer": "nesterov"])
    #expect(
      all.network
        == .cnn(ConvolutionalNetwork(channels: [8, 24], kernel: 5, isSeparable: true, head: .flatten)))
    #expect(all.schedule == .cosine && all.warmup == 0.1 && all.labelSmoothing == 0.1)
    #expect(all.gradientNorm == 2 && all.patience == 5 && all.optimizer == .nesterov && all.momentum == 0.9)
    let listed = try read(
      "objective: {data: digits, network: cnn, metric: accuracy, channels: [8, 16, 32]}\nspace: {dropout: {float: 0..0.5}}"
    )
    let network = try listed.objective?.training?.hyperparameters(for: [:]).network
    #expect(network == .cnn(ConvolutionalNetwork(channels: [8, 16, 32])))
  }

  @Test("A trial's value that training does not accept is refused by name") func refusedValue() throws {
    let training = try #require(try read(BrokenFile.wholeText).objective?.training)
    let error = #expect(throws: SearchSpaceError.self) { try training.hyperparameters(for: ["batchSize": 0]) }
    #expect(error?.message == "batchSize: expected a whole number from 1 to 65536, or all, met '0'")
    let unit = #expect(throws: SearchSpaceError.self) { try training.hyperparameters(for: ["units1": 0]) }
    #expect(unit?.message == "units1: expected a whole number from 1 to 65536, met '0'")
  }

  @Test("Whatever a trial of the digits' space draws, training accepts it") func accepted() throws {
    let study = try read(BrokenFile.wholeText)
    let training = try #require(study.objective?.training)
    var generator = Mutations(state: 3)
    for _ in 0..<500 {
      let values = study.space.walk { _, distribution in
        switch distribution {
        case .float(let range): .double(Double.random(in: range.low...range.high, using: &generator))
        case .int(let range): .int(Int.random(in: range.low...range.high, using: &generator))
        case .categorical(let list): list.choices.randomElement(using: &generator) ?? .null
        }
      }
      let hyperparameters = try training.hyperparameters(for: values)
      #expect(Choice.int(hyperparameters.network.widths.count) == values["depth"])
      #expect((hyperparameters.momentum == nil) == (values["momentum"] == nil))
    }
  }
}
