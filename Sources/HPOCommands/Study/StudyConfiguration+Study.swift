import ArgumentParser
import Foundation
import HPO
import StudyConfiguration

extension StudyConfiguration {
  /// Opens the study that the file describes, or makes it; the file and what replaces parts of it are kept with it.
  ///
  /// - Parameter path: The file, nil where it comes from the study itself.
  func openStudy(
    named name: String, path: String?, search: SearchOptions, checkpointInterval: Duration = .seconds(2),
    in storage: any Storage, ifExists policy: Study.ExistingStudyPolicy
  ) throws -> Study {
    var documents: [StudyDocument: String] = [.configuration: text, .search: search.document]
    documents[.folder] = path.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
    let study = try Study(
      name: name, directions: directions, sampler: search.sampler(sampler, space: space), pruner: search.pruner(pruner),
      storage: storage, metricNames: objective?.training.map(\.objectiveNames), documents: documents,
      checkpointInterval: checkpointInterval, ifExists: policy)
    let record = try storage.existingStudy(named: name)
    for (document, text) in documents where try storage.document(document, study: record.id) != text {
      try storage.setDocument(document, to: text, study: record.id)
    }
    return study
  }
}

extension StudyConfiguration {
  /// The study file that a study was created with, under the study's name.
  static func kept(with record: StudyRecord, in storage: any Storage) throws -> StudyConfiguration {
    guard let text = try storage.document(.configuration, study: record.id) else {
      throw ValidationError(
        "the study '\(record.name)' was created without a study file, so --config is needed to know what a trial is")
    }
    var configuration = try StudyConfiguration(
      bytes: Array(text.utf8), file: "the study file of '\(record.name)'",
      folder: storage.document(.folder, study: record.id))
    configuration.name = record.name
    return configuration
  }
}
