import OrderedCollections
import SearchSpace
public import Trials

/// Brings the trials of a study into another one, of the same storage or of another, with a record of where each of them
/// comes from.
///
/// A copy keeps the times of its trial, and names in the system attribute `hpo:source` the study, the number and the
/// storage that it was first recorded in. So a trial is known again however often it was copied, and no study gets it
/// twice.
public struct StudyTransfer {
  /// Which trials are brought.
  public enum Selection: Sendable {
    /// Those that are finished.
    case finished
    /// All; one that was running in the source waits in the target with its parameters, since nobody runs it there.
    case all
    /// All but the excluded ones.
    case included
  }

  /// What a transfer did.
  public struct Summary: Sendable {
    /// The trials as they were added.
    public let added: [FrozenTrial]
    /// How many trials the target had already.
    public let known: Int
  }

  private let source: any Storage
  private let study: StudyRecord
  private let place: String
  /// Whether what the trials printed goes along.
  package var bringsLogs = true

  /// - Parameters:
  ///   - source: Where the study is.
  ///   - study: The study as it is on record.
  ///   - place: The storage in words, which is kept with each trial.
  public init(from source: any Storage, study: StudyRecord, place: String) {
    self.source = source
    self.study = study
    self.place = place
  }

  /// Makes a study with the source's directions, attributes, documents and trials.
  ///
  /// - Throws: `StorageError.studyExists`; where it fails later, no study is left.
  @discardableResult
  public func copy(
    to target: any Storage, name: String, _ selection: Selection = .all
  ) throws -> (study: StudyRecord, summary: Summary) {
    var documents: [StudyDocument: String] = [:]
    for document in StudyDocument.allCases { documents[document] = try source.document(document, study: study.id) }
    let copy = try target.createStudy(
      name: name, directions: study.directions, systemAttributes: study.systemAttributesOfItself, documents: documents)
    do {
      try target.setStudyAttributes(study.userAttributes, kind: .user, study: copy.id)
      let summary = try add(to: target, study: copy, selection)
      return (copy, summary)
    } catch {
      try? target.deleteStudy(copy.id)
      throw error
    }
  }

  /// Adds the trials that the target does not have yet: all or, where one does not fit, none.
  ///
  /// - Throws: `StorageError.invalidValue` where the directions differ; `incompatibleParameter` where a parameter does.
  public func add(to target: any Storage, study other: StudyRecord, _ selection: Selection = .finished) throws
    -> Summary
  {
    guard study.directions == other.directions else {
      throw StorageError(
        .invalidValue,
        "the study '\(study.name)' has the direction \(Self.text(study.directions)), and '\(other.name)' has "
          + "\(Self.text(other.directions)): their trials do not belong together")
    }
    let trials = try source.trials(study: study.id, states: nil).filter(selection.admits)
    var places: [TrialOrigin: Int] = [:]
    for trial in try target.trials(study: other.id, states: nil) {
      places[TrialOrigin(of: trial, in: other)] = trial.number
    }
    let new = trials.filter { places[TrialOrigin(of: $0, in: study)] == nil }
    let added = try target.addTrials(study: other.id) { first in
      for (offset, trial) in new.enumerated() { places[TrialOrigin(of: trial, in: study)] = first + offset }
      let numbers = Dictionary(
        trials.map { ($0.number, places[TrialOrigin(of: $0, in: study)]) }, uniquingKeysWith: { first, _ in first })
      return new.map { copy(of: $0, numbers: numbers.compactMapValues { $0 }) }
    }
    try transferNotes(from: new, to: added, of: other, in: target)
    if bringsLogs { try transferLogs(from: new, to: added, in: target) }
    return Summary(added: added, known: trials.count - new.count)
  }

  private static func text(_ directions: [StudyDirection]) -> String {
    directions.map(\.rawValue).joined(separator: ", ")
  }

  /// - Parameter numbers: The numbers in the target by those in the source.
  private func copy(of trial: FrozenTrial, numbers: [Int: Int]) -> FrozenTrial {
    var copy = trial
    if !trial.state.isFinished {
      copy = FrozenTrial(id: 0, number: trial.number, state: .waiting)
      copy.userAttributes = trial.userAttributes
      copy.systemAttributes = trial.systemAttributes.filter {
        !FrozenTrial.isOfOneRun(attribute: $0.key) && !FrozenTrial.isOfOneNumber(attribute: $0.key)
      }
      copy.systemAttributes[FrozenTrial.fixedParametersKey] = trial.parametersToRepeat
    }
    for key in [FrozenTrial.seenKey, FrozenTrial.sealKey, FrozenTrial.attemptsKey] { copy.systemAttributes[key] = nil }
    for key in [FrozenTrial.replicatedKey, FrozenTrial.reusedKey, FrozenTrial.repeatedKey] {
      guard let number = copy.systemAttributes[key]?.intValue else { continue }
      copy.systemAttributes[key] = numbers[number].map { .int($0) }
    }
    if copy.systemAttributes[FrozenTrial.sourceKey] == nil {
      copy.systemAttributes[FrozenTrial.sourceKey] = [
        "study": .string(study.name), "number": .int(trial.number), "storage": .string(place),
      ]
    }
    return copy
  }

  private func transferNotes(
    from trials: [FrozenTrial], to copies: [FrozenTrial], of other: StudyRecord, in target: any Storage
  ) throws {
    var attributes: OrderedDictionary<String, JSONValue> = [:]
    for (trial, copy) in zip(trials, copies) {
      guard let note = study.note(onTrial: trial.id) else { continue }
      attributes.merge(other.attributes(noting: note, onTrial: copy.id)) { _, new in new }
    }
    if !attributes.isEmpty { try target.setStudyAttributes(attributes, kind: .system, study: other.id) }
  }

  private func transferLogs(from trials: [FrozenTrial], to copies: [FrozenTrial], in target: any Storage) throws {
    var logs: [Int64: String] = [:]
    var size = 0
    for (trial, copy) in zip(trials, copies) where copy.state.isFinished {
      guard let log = try source.log(trial: trial.id) else { continue }
      logs[copy.id] = log
      size += log.utf8.count
      // Few transactions, and few logs in memory.
      guard size > 1 << 22 else { continue }
      try target.addLogs(logs)
      (logs, size) = ([:], 0)
    }
    if !logs.isEmpty { try target.addLogs(logs) }
  }
}

extension StudyTransfer.Selection {
  fileprivate func admits(_ trial: FrozenTrial) -> Bool {
    switch self {
    case .finished: trial.state.isFinished
    case .all: true
    case .included: !trial.isExcluded
    }
  }
}

/// By what a trial is known again in copies of its study.
private struct TrialOrigin: Hashable {
  private let number: Int
  private let started: Timestamp?
  private let completed: Timestamp?
  /// The study's name, where the times do not tell trials apart.
  private let study: String?

  init(of trial: FrozenTrial, in record: StudyRecord) {
    let source = trial.systemAttributes[FrozenTrial.sourceKey]
    number = source?["number"]?.intValue ?? trial.number
    started = trial.started
    completed = trial.completed
    study = started == nil || completed == nil ? source?["study"]?.stringValue ?? record.name : nil
  }
}

extension StudyRecord {
  /// The system attributes that are not about one of the trials.
  fileprivate var systemAttributesOfItself: OrderedDictionary<String, JSONValue> {
    systemAttributes.filter { key, _ in
      let parts = key.split(separator: ":", maxSplits: 2)
      return !(parts.first == "dashboard" && parts.count > 2 && Int64(parts[1]) != nil)
    }
  }
}
