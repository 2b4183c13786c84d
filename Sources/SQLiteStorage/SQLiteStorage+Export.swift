import Foundation
import OrderedCollections
import SearchSpace
public import TrialStorage
import Trials

extension SQLiteStorage {
  /// Writes one study into a new file with Optuna's tables alone and a rollback journal, which every program opens that
  /// reads Optuna's files, those in a browser and in an editor included.
  ///
  /// Excluded trials are left out, and the others numbered without a gap. The file appears once it is whole.
  ///
  /// - Parameters:
  ///   - study: A study of `storage`.
  ///   - storage: Any storage.
  ///   - place: The storage in words, which is kept with each trial.
  ///   - path: The new file.
  /// - Throws: `StorageError.inaccessible` where the file exists or cannot be written.
  public static func export(
    _ study: StudyRecord, of storage: any Storage, place: String, to path: String
  ) throws -> StudyTransfer.Summary {
    guard !FileManager.default.fileExists(atPath: path) else {
      throw StorageError(.inaccessible, "there is a file '\(path)' already; give the path of a new one")
    }
    // Named by the process, so that what one that was killed has left can be told from what another one is writing.
    let partial = "\(path).\(getpid()).\(UInt32.random(in: 0...(.max))).partial"
    defer { try? FileManager.default.removeItem(atPath: partial) }
    let summary: StudyTransfer.Summary
    do {
      summary = try fill(partial, with: study, of: storage, place: place)
    } catch let error as StorageError {
      // Nobody has heard of the file that it is written to meanwhile.
      throw StorageError(error.code, error.message.replacingOccurrences(of: partial, with: path))
    }
    do {
      let file = try FileHandle(forUpdating: URL(filePath: partial))
      try file.synchronize()
      try file.close()
      try FileManager.default.moveItem(atPath: partial, toPath: path)
    } catch {
      throw StorageError(.inaccessible, "the file '\(path)' cannot be written: \(error.localizedDescription)")
    }
    return summary
  }

  private static func fill(
    _ path: String, with study: StudyRecord, of storage: any Storage, place: String
  ) throws -> StudyTransfer.Summary {
    let file = try SQLiteStorage(path: path, isDraft: true)
    do {
      var transfer = StudyTransfer(from: storage, study: study, place: place)
      transfer.bringsLogs = false
      let (copy, summary) = try transfer.copy(to: file, name: study.name, .included)
      // Where the dashboard in a browser looks for the names.
      if study.systemAttributes[StudyRecord.metricNamesKey] != nil {
        try file.setStudyAttribute(
          "dashboard:objective_names", to: .array(study.metricNames.map(JSONValue.string)), kind: .system,
          study: copy.id)
      }
      try file.file.write(.full) { try OwnSchema.remove($0) }
      try file.close()
      return summary
    } catch {
      // The first error is the one to tell.
      try? file.close()
      throw error
    }
  }
}

extension OwnSchema {
  /// Removes what hpo keeps beside Optuna's tables.
  static func remove(_ connection: Connection) throws {
    for (name, _) in triggers { try connection.executeOnce("DROP TRIGGER IF EXISTS \(name)") }
    for (name, _) in indexes { try connection.executeOnce("DROP INDEX IF EXISTS \(name)") }
    for (name, _) in tables { try connection.executeOnce("DROP TABLE IF EXISTS \(name)") }
  }
}
