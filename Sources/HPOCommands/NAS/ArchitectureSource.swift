import ArgumentParser
import HPO
import Spelling
import StudyConfiguration

/// Makes the architectures of a study's trials again, each by the study file that the trial ran with.
final class ArchitectureSources {
  /// By the file that the study has now.
  let current: ArchitectureSource
  private let study: StudyRecord
  /// Those by earlier files, by their texts, and whether their data are the ones that the study has now.
  private var earlier: [String: (source: ArchitectureSource, hasMovedData: Bool)] = [:]

  /// Reads the study file that is kept with a study, and the data, whose shape the networks depend on.
  ///
  /// - Throws: `ValidationError` where the study searches no architectures.
  init(of study: StudyRecord, in storage: any Storage) throws {
    self.study = study
    current = try ArchitectureSource(.kept(with: study, in: storage), study: study)
  }

  /// What a trial ran with, and what to say where that is not what the study has now.
  func source(of trial: FrozenTrial) throws -> (source: ArchitectureSource, note: String?) {
    let (configuration, note) = try StudyFileArchive.configuration(of: trial, study: study, kept: current.configuration)
    // Another comment makes no other architecture.
    guard note != nil, configuration.text != current.configuration.text else { return (current, note) }
    let found = try earlier[configuration.text] ?? read(configuration)
    earlier[configuration.text] = found
    guard found.hasMovedData else { return (found.source, note) }
    return (
      found.source, note.map { "\($0), with the data that the study has now, since those of then cannot be read" }
    )
  }

  private func read(
    _ configuration: StudyConfiguration
  ) throws -> (source: ArchitectureSource, hasMovedData: Bool) {
    do { return (try ArchitectureSource(configuration, study: study), false) } catch {
      guard var objective = configuration.objective?.training, objective.data != current.objective.data else {
        throw error
      }
      objective.data = current.objective.data
      var moved = configuration
      moved.objective = .training(objective)
      return (try ArchitectureSource(moved, study: study), true)
    }
  }

  /// The architecture of a trial.
  func architecture(of trial: FrozenTrial) throws -> Architecture {
    try source(of: trial).source.architecture(of: trial)
  }
}

/// Makes the architectures again that a study file describes.
struct ArchitectureSource {
  let configuration: StudyConfiguration
  let objective: TrainingObjective
  let runner: TrainingRunner

  fileprivate init(_ configuration: StudyConfiguration, study: StudyRecord) throws {
    self.configuration = configuration
    guard let objective = configuration.objective?.training, objective.architecture != nil else {
      throw ValidationError(
        "the study '\(study.name.inMessage)' searches no architectures: its file has no 'architecture'")
    }
    self.objective = objective
    runner = try TrainingRunner(objective, of: configuration)
  }

  /// The architecture of a trial that ran with the study file.
  func architecture(of trial: FrozenTrial) throws -> Architecture {
    // An architecture without choices has no parameters.
    guard !trial.parameters.isEmpty || trial.userAttributes[ArchitectureCandidates.architectureKey] != nil,
      let architecture = try Self.again(
        trial.number, { try runner.candidates?.architecture(of: trial.externalParameters, without: objective) })
    else { throw ValidationError("trial \(trial.number) has no architecture yet") }
    return architecture
  }

  /// Makes something of what a trial chose.
  ///
  /// - Parameters:
  ///   - trial: The number of the trial; nil for what is no trial's.
  ///   - body: Makes it.
  /// - Throws: `ValidationError` where the choices are not those of the study's space; what `body` throws.
  static func again<Result>(_ trial: Int?, _ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as ArchitectureError {
      guard let trial, [.invalidGenome, .rejected].contains(error.code) else { throw error }
      throw ValidationError(
        "trial \(trial) cannot be built again: the architectures that the study file describes have changed since it ran "
          + "(\(error.message)); give the file as it was by 'hpo nas search --config', or search under another name")
    }
  }
}
