public import ArgumentParser
public import HPO
import Spelling
import StudyConfiguration

struct StudyCreateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Creates a study, and the database where there is none.",
    discussion: """
      A study file that is given is kept with the study, so that 'hpo optimize --study NAME' alone runs it.

      Examples:
        hpo study create --study digits-mlp --config Configs/digits-mlp.yaml
        hpo study create --study mine --direction minimize --direction maximize
      """)

  @OptionGroup var storage: StorageOptions

  @Option(help: "The name of the study. (default: the one in the study file)")
  var study: String?

  @Option(help: "minimize or maximize, once for each objective. (default: as the study file says, else minimize)")
  var direction: [StudyDirection] = []

  @Option(help: "A study file to keep with the study.")
  var config: String?

  @OptionGroup var search: SearchOptions

  @OptionGroup var determinism: DeterminismOptions

  @Option(help: "What to do where a study of the name exists: fail, or load it.")
  var ifExists: Study.ExistingStudyPolicy = .fail

  func run() throws {
    let configuration = try config.map { try StudyConfiguration(contentsOf: $0) }
    guard let name = study ?? configuration?.name else { throw ValidationError("--study NAME is needed") }
    if let configuration, !direction.isEmpty, direction != configuration.directions {
      throw ValidationError("--direction contradicts the study file; leave it out")
    }
    let isNew = try storage.withStorage(create: true) { storage in
      let isNew = try storage.study(named: name) == nil
      if let configuration {
        let earlier = try storage.study(named: name).flatMap { try storage.document(.search, study: $0.id) }
        _ = try configuration.openStudy(
          named: name, folder: config.map(folder(ofFile:)),
          search: search.completed(by: earlier, ofStudy: name, for: configuration),
          window: determinism.window(ofStudy: name, jobs: configuration.jobs ?? 1, in: storage), in: storage,
          ifExists: ifExists)
      } else {
        // A study that is loaded has its directions; only those that were asked for are compared with them.
        let existing = ifExists == .load ? try storage.study(named: name)?.directions : nil
        _ = try Study(
          name: name, directions: direction.isEmpty ? existing ?? [.minimize] : direction,
          sampler: RandomSampler(seed: search.seed), pruner: NopPruner(), storage: storage,
          documents: [.search: search.document],
          window: determinism.window(ofStudy: name, jobs: 1, in: storage), ifExists: ifExists)
      }
      return isNew
    }
    Terminal.write("\(isNew ? "created" : "loaded") the study '\(name.inMessage)' in \(storage.location)\n")
  }
}

extension StudyDirection: ExpressibleByArgument {}
extension Study.ExistingStudyPolicy: ExpressibleByArgument {}
