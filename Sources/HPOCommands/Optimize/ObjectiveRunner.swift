import ArgumentParser
import HPO
import StudyConfiguration

/// What evaluates the trials of a study.
struct ObjectiveRunner: Sendable {
  let evaluate: @Sendable (Trial) throws -> [Double]
  /// Readies a study for its first trial.
  let prepare: @Sendable (Study) throws -> Void
  /// Ends what waits for further trials.
  let close: @Sendable () -> Void
  /// What tells the samples that trials are measured on from others, where hpo knows them.
  let samples: String?
  /// What happens to running trials on Ctrl-C.
  let haltNotice: String

  /// Makes everything ready for the first trial.
  ///
  /// - Parameters:
  ///   - configuration: What a trial is.
  ///   - search: What the command line says, which goes before it.
  ///   - storage: Where the study is.
  /// - Throws: `ValidationError` where the study says nothing of what a trial is; `DatasetError`, `ProgramError`.
  init(_ configuration: StudyConfiguration, search: SearchOptions, storage: StorageLocation) throws {
    switch configuration.objective {
    case .training(let objective)?:
      let runner = try TrainingRunner(search.limiting(objective), of: configuration)
      evaluate = runner.run
      prepare = runner.prepare
      close = {}
      samples = runner.parts.fingerprint
      haltNotice = "stopping at the next report of the running trials"
    case .program(let program)?:
      let objective = try ProgramObjective(
        Program(program), space: configuration.space, folders: TrialFolders(beside: storage))
      evaluate = objective.run
      prepare = { _ in
        let strangers = objective.strangers.map { "{\($0)}" }
        guard !strangers.isEmpty else { return }
        Terminal.writeError(
          "note: the study has no parameter of the name in \(strangers.joined(separator: ", ")), which the command gets as "
            + "it stands\n")
      }
      close = objective.close
      samples = nil
      haltNotice = "ending the running programs"
    case nil:
      throw ValidationError(
        "the study has no objective, so there is nothing to run; put a command behind '--', as in -- python3 train.py, or "
          + "name it under 'objective' in the study file")
    }
  }
}

extension Program {
  /// The program that a study describes.
  init(_ configuration: ProgramConfiguration) {
    self.init(
      configuration.command, kind: configuration.isWorker ? .worker : .command, folder: configuration.folder,
      environment: configuration.environment,
      limits: Limits(time: configuration.trialTimeout, memory: configuration.trialMemory))
    if let grace = configuration.grace { limits.grace = grace }
  }
}

extension TrialFolders {
  /// The folders beside a study database.
  init(beside storage: StorageLocation) {
    switch storage {
    case .file(let path): self.init(besideFile: path)
    case .memory: self.init(besideFile: nil)
    }
  }
}
