import ArgumentParser
import Foundation
import HPO
import OrderedCollections
import Spelling
import StudyConfiguration

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Trains one network without a search, and saves it as a model.",
    discussion: """
      The network and its training are described by a study file. A parameter of its search space takes the value of \
      --set, else that of the --trial, else the usual one. A trial that is trained again with its own values gives the \
      same network bit for bit.

      Ctrl-C keeps what was reached beside the model, as FILE.checkpoint; the same command goes on from there.

      Examples:
        hpo train --config Configs/digits-cnn.yaml --output digits.hpo
        hpo train --config Configs/digits-mlp.yaml --set depth=1 --set units0=128 --set learningRate=0.003
        hpo train --study digits-mlp --trial 42 --output best.hpo
        hpo train --config Configs/digits-mlp.yaml --set units0=16 --teacher best.hpo --output small.hpo
        hpo evaluate digits.hpo --config Configs/digits-cnn.yaml
      """)

  @OptionGroup var storage: StorageOptions

  @Option(help: "The study file; with --study in place of the one that it was created with.")
  var config: String?

  @Option(help: "The study whose trial is trained again.")
  var study: String?

  @Option(parsing: .unconditional, help: "The trial of the study whose values are taken. (default: the best)")
  var trial: Int?

  @Option(help: ArgumentHelp("Sets a parameter or hyperparameter, as in --set epochs=50.", valueName: "name=value"))
  var set: [Assignment] = []

  @Option(
    parsing: .unconditional,
    help: "The seed of weights, order and dropout. (default: the trial's, else the study file's, else 0)")
  var seed: UInt64?

  @OptionGroup var teaching: TeacherOptions

  @Option(name: .shortAndLong, help: "The file that the model is written to. (default: the study's name with .hpo)")
  var output: String?

  @Option(help: "How to write the result: table or json.")
  var format: OutputFormat = .table

  @Flag(help: "Begin anew where an interrupted training has left a checkpoint.")
  var restart = false

  func validate() throws {
    if trial != nil, study == nil { throw ValidationError("--trial \(trial ?? 0): a trial of which --study?") }
    guard format != .csv else { throw ValidationError("--format csv: one training is no table; take json") }
  }

  func run() throws {
    // Not before the options are known, so that one that is mistyped is told.
    guard config != nil || study != nil else {
      throw ValidationError("what shall be trained? Give --config FILE, or --study NAME with a --trial")
    }
    let plan = try TrainingPlan(self)
    let output = output ?? "\(plan.name).hpo"
    try RegularFile.requireWritable(
      output,
      keeping: [config, storage.file, teaching.from, teaching.teacher, plan.objective.teacher]
        + plan.objective.data.files)
    let runner = try TrainingRunner(plan.objective, of: plan.configuration)
    guard study != nil || runner.candidates?.isSingle ?? true else {
      throw ValidationError("the study searches architectures; which of them? Give --study NAME and --trial N")
    }
    let trainer = try ArchitectureSource.again(plan.trial?.number) {
      let (weights, teacher) = (try teaching.readWeights(), try teaching.readTeacher())
      return try plan.configuration.naming {
        try runner.trainer(
          values: plan.values, seed: plan.seed, weights: weights, teacher: teacher, precision: plan.trial?.precision)
      }
    }
    runner.tellDataNotes()
    let checkpoint = try CheckpointFile(locking: output)
    if restart { try checkpoint.discard() }
    let resumed = try checkpoint.resume(trainer)
    let choice: PrecisionChoice? =
      plan.objective.precision == .auto ? plan.trial?.precision == nil ? .measured : .ofTrial : nil
    if let choice {
      Terminal.writeError("products are computed in \(trainer.precision.rawValue), \(choice.rawValue)\n")
    }

    let display = TrainingDisplay(trainer, resumed: resumed)
    let stop = StopSource()
    let interruption = Interruption(stop: stop) { display.finish("stopping; Ctrl-C again ends at once") }
    defer { interruption.end() }
    func pause() throws {
      if stop.mode != nil {
        try checkpoint.write(trainer.checkpoint())
        throw Stopped()
      }
      checkpoint.writeIfDue { trainer.checkpoint() }
    }
    let result: TrainingResult
    do {
      result = try trainer.train(
        afterEpoch: { report in
          display.show(report)
          try pause()
        },
        afterStep: {
          display.showStep()
          try pause()
        })
    } catch is Stopped {
      display.finish()
      Terminal.writeError("interrupted; the same command goes on from \(checkpoint.path)\n")
      throw ExitCode(Interruption.exitStatus)
    } catch {
      display.finish()
      throw error
    }
    display.finish()
    if let note = plan.difference(of: result.best.value) { Terminal.writeError("note: \(note)\n") }
    let test = try trainer.evaluate(runner.data.test)
    var provenance = plan.provenance.merging(teaching.provenance) { own, _ in own }
    provenance[BitWidths.provenanceKey] = try runner.candidates?.architecture(
      of: plan.values, without: plan.objective
    ).bitWidths.provenance
    let model = try trainer.model(
      metrics: ["validation": result.best.validation, "test": test], provenance: provenance)
    // What was measured is told in either case.
    let writing = Result { try model.write(to: output) }
    let isWritten = (try? writing.get()) != nil
    let report = TrainingReport(
      model: model, metric: trainer.metric, result: result, test: test,
      path: isWritten ? output : nil, seconds: display.elapsed,
      epochsBefore: resumed?.epoch,
      folds: plan.objective.split.folds, diagnosis: try trainer.diagnosis(of: result.history),
      precision: (trainer.precision, choice))
    Terminal.write(format == .json ? report.json : report.text)
    do { try writing.get() } catch {
      if checkpoint.exists { Terminal.writeError("note: the same command goes on from \(checkpoint.path)\n") }
      throw error
    }
    checkpoint.remove()
    ModelLineage.note(output, as: .floatModel, of: model, madeOf: teaching.from, in: storage)
  }

  /// Ends a training from within.
  private struct Stopped: Error {}
}

/// `name=value`.
struct Assignment: ExpressibleByArgument {
  let name: String
  let value: Choice

  init?(argument: String) {
    guard let sign = argument.firstIndex(of: "="), sign > argument.startIndex else { return nil }
    let text = String(argument[argument.index(after: sign)...])
    guard !text.isEmpty else { return nil }
    name = String(argument[..<sign])
    // A number that does not fit is a text, which whoever wants a number refuses.
    value = Choice(plainScalar: text) ?? .string(text)
  }
}

/// What is trained, put together from study file, trial and command line.
private struct TrainingPlan {
  let name: String
  let configuration: StudyConfiguration
  let objective: TrainingObjective
  let values: OrderedDictionary<String, Choice>
  let seed: UInt64
  /// The trial that is trained again.
  let trial: FrozenTrial?
  let provenance: [String: String]
  /// What the trial measured, where the training is to give the same.
  private let measured: Double?

  /// What to say where a training gave another value than the trial that it repeats.
  func difference(of value: Double) -> String? {
    guard let trial, let measured, measured != value else { return nil }
    let texts = [measured, value].map(shortNumber)
    let (before, now) = texts[0] == texts[1] ? ("\(measured)", "\(value)") : (texts[0], texts[1])
    return
      "trial \(trial.number) measured \(objective.metric.rawValue) \(before), and this training \(now): the data or hpo have "
      + "changed since, or another kind of processor computed it"
  }

  init(_ command: TrainCommand) throws {
    var trial: FrozenTrial?
    var seed = command.seed
    if let study = command.study {
      (configuration, trial, seed) = try command.storage.withStorage { storage in
        let record = try storage.existingStudy(named: study)
        let trial = try storage.trial(command.trial, of: record)
        let given = try command.config.map(StudyConfiguration.init(contentsOf:))
        let (configuration, note) =
          try given.map { ($0, nil) }
          ?? StudyFileArchive.configuration(of: trial, study: record, kept: .kept(with: record, in: storage))
        if let note { Terminal.writeError("note: \(note)\n") }
        let searched = try KeptOptions(storage.document(.search, study: record.id), ofStudy: study).seed()
        let own = try storage.document(.seed, study: record.id).flatMap(UInt64.init)
        let draw = Draw(seed: searched ?? configuration.sampler.seed ?? own ?? 0, number: trial.number)
        return (configuration, trial, command.seed ?? trial.trainingSeed ?? Trial.seed(for: draw))
      }
    } else if let path = command.config {
      configuration = try StudyConfiguration(contentsOf: path)
    } else {
      preconditionFailure("validate() asks for one of both")
    }
    guard let objective = configuration.objective?.training else {
      throw ValidationError(
        configuration.objective == nil
          ? "\(configuration.file): there is no 'objective', so there is nothing to train"
          : "\(configuration.file): the objective is a program, and only networks of hpo's own are trained; hpo optimize runs it"
      )
    }
    self.seed = seed ?? configuration.sampler.seed ?? 0
    name = configuration.name ?? "model"
    self.trial = trial
    let isSame =
      command.config == nil && command.set.isEmpty && command.seed == nil && command.teaching.teacher == nil
      && command.teaching.from == nil
    measured =
      isSame && trial?.state == .complete
      ? trial?.userAttributes["folds"]?.arrayValue?.first?.doubleValue ?? trial?.values.first : nil

    let given = try objective.settings(command.set, of: trial)
    self.objective = try objective.replacingWidths(by: given)
    var values = try configuration.space.walk { name, _ in
      // What is given for all layers counts before what a layer has of its own.
      if let value = given[name] ?? objective.layer(of: name).flatMap({ given[$0.hyperparameter] })
        ?? trial?.parameters[name]?.external ?? objective.defaultValue(of: name)
      {
        return value
      }
      throw ValidationError("the parameter '\(name)' has no usual value; give it as --set \(name)=VALUE")
    }
    if let trial, objective.architecture != nil {
      for (name, parameter) in trial.parameters where values[name] == nil { values[name] = parameter.external }
    }
    if let config = command.config, let trial, let stranger = trial.parameters.keys.first(where: { values[$0] == nil })
    {
      throw ValidationError(
        "\(config): trial \(trial.number) has the parameter '\(stranger)', which the file does not search")
    }
    for (name, value) in given { values[name] = value }
    try self.objective.requireEffects(of: given, in: values, teaching: command.teaching)
    self.values = values

    var provenance = ["study": name, "seed": String(self.seed)]
    provenance["trial"] = trial.map { String($0.number) }
    for (name, value) in values { provenance["parameter \(name)"] = value.description }
    provenance.merge(objective.data.provenance) { own, _ in own }
    provenance["teacher"] = objective.teacher
    self.provenance = provenance
  }
}

extension Storage {
  /// A trial of a study by its number, or the best one.
  fileprivate func trial(_ number: Int?, of record: StudyRecord) throws -> FrozenTrial {
    if let number {
      return try trial(number: number, study: record.id)
    }
    guard let best = try StudyOverview(record, in: self).best else {
      throw ValidationError("the study '\(record.name.inMessage)' has no best trial yet; name one by --trial")
    }
    return best.trial
  }
}
