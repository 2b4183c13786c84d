import ArgumentParser
import Foundation
import HPO
import Spelling
import StudyConfiguration

extension StudyConfiguration {
  /// Opens the study that the file describes, or makes it; the file and what replaces parts of it are kept with it.
  ///
  /// - Parameters:
  ///   - name: The study's name.
  ///   - folder: Where its relative paths are taken from, nil where it comes from the study itself.
  ///   - search: What replaces parts of the file.
  ///   - checkpointInterval: As of `Study`.
  ///   - window: Makes the study deterministic.
  ///   - storage: Where the study is or will be.
  ///   - policy: What to do where it exists.
  func openStudy(
    named name: String, folder: String?, search: SearchOptions, checkpointInterval: Duration = .seconds(2),
    window: Int? = nil, in storage: any Storage, ifExists policy: Study.ExistingStudyPolicy
  ) throws -> Study {
    var documents: [StudyDocument: String] = [.configuration: text, .search: search.document]
    documents[.folder] = folder
    let study = try Study(
      name: name, directions: directions, sampler: search.sampler(sampler, space: space), pruner: search.pruner(pruner),
      storage: storage, metricNames: objective.map(\.names).flatMap { $0.isEmpty ? nil : $0 }, documents: documents,
      checkpointInterval: checkpointInterval,
      duplicates: search.duplicates(duplicates), window: window, ifExists: policy)
    let record = try storage.existingStudy(named: name)
    for (document, text) in documents where try storage.document(document, study: record.id) != text {
      try storage.setDocument(document, to: text, study: record.id)
    }
    return study
  }
}

extension StudyConfiguration {
  /// What a study will be on record as that is made of the file.
  func record(named name: String) -> StudyRecord {
    var record = StudyRecord(id: 0, name: name, directions: directions)
    if let names = objective?.names, !names.isEmpty {
      record.systemAttributes[StudyRecord.metricNamesKey] = .array(names.map(JSONValue.string))
    }
    return record
  }

  /// The study file that a study was created with, under the study's name.
  static func kept(with record: StudyRecord, in storage: any Storage) throws -> StudyConfiguration {
    guard let text = try storage.document(.configuration, study: record.id) else {
      throw ValidationError(
        "the study '\(record.name.inMessage)' has no study file, which would say what a trial is; give one by --config, "
          + "or parameters, as in --float lr=1e-5..1e-1,log")
    }
    var configuration = try StudyConfiguration(
      bytes: Array(text.utf8), file: "the study file of '\(record.name.inMessage)'",
      folder: storage.document(.folder, study: record.id))
    configuration.name = record.name
    return configuration
  }
}

/// The folder of a study file, as the study keeps it.
func folder(ofFile path: String) -> String { URL(fileURLWithPath: path).deletingLastPathComponent().path }

/// The folder that the command runs in.
var currentFolder: String { FileManager.default.currentDirectoryPath }
