public import OrderedCollections
public import SearchSpace
import Synchronization
public import Trials

extension InMemoryStorage {
  public func createStudy(
    name: String, directions: [StudyDirection], systemAttributes: OrderedDictionary<String, JSONValue>,
    documents: [StudyDocument: String]
  ) throws -> StudyRecord {
    try StorageChecks.name(name, of: "a study")
    try StorageChecks.directions(directions, study: name)
    return try tables.withLock { tables in
      guard !tables.studies.values.contains(where: { $0.record.name == name }) else {
        throw StorageChecks.exists(study: name)
      }
      tables.lastStudyID += 1
      var record = StudyRecord(id: tables.lastStudyID, name: name, directions: directions)
      record.systemAttributes = systemAttributes
      tables.studies[record.id] = StudyTable(record: record, documents: documents)
      return record
    }
  }

  public func study(named name: String) throws -> StudyRecord? {
    tables.withLock { $0.studies.values.first { $0.record.name == name }?.record }
  }

  public func studies() throws -> [StudyRecord] {
    tables.withLock { $0.studies.values.map(\.record) }
  }

  public func renameStudy(_ id: Int64, to name: String) throws {
    try StorageChecks.name(name, of: "a study")
    try tables.withLock { tables in
      guard tables.studies[id] != nil else { throw StorageChecks.notFound(study: id) }
      guard tables.studies.values.allSatisfy({ $0.record.name != name || $0.record.id == id }) else {
        throw StorageChecks.exists(study: name)
      }
      tables.studies[id]?.record.name = name
    }
  }

  public func deleteStudy(_ id: Int64, cleanUp: (Int64) throws -> Void) throws {
    try tables.withLock { tables in
      guard let study = tables.studies.removeValue(forKey: id) else { throw StorageChecks.notFound(study: id) }
      for trial in study.trials { tables.places[trial.id] = nil }
    }
    try cleanUp(id)
  }

  public func finishDeletions(cleanUp: (Int64) throws -> Void) throws -> [String] { [] }

  public func setStudyAttributes(
    _ attributes: OrderedDictionary<String, JSONValue>, kind: AttributeKind, study: Int64
  ) throws {
    for key in attributes.keys { try StorageChecks.name(key, of: "an attribute") }
    try withStudy(study) { study in
      switch kind {
      case .user: study.record.userAttributes.update(with: attributes)
      case .system: study.record.systemAttributes.update(with: attributes)
      }
    }
  }

  public func document(_ document: StudyDocument, study: Int64) throws -> String? {
    try withStudy(study) { $0.documents[document] }
  }

  public func setDocument(_ document: StudyDocument, to text: String, study: Int64) throws {
    try withStudy(study) { $0.documents[document] = text }
  }
}
