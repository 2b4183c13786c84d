import OrderedCollections
import SearchSpace
import Spelling
import Trials

/// Brings the trials of a study into another one, of the same storage or of another, with a record of where each of them
/// comes from.
///
/// A copy keeps the times of its trial, and names in the system attribute `hpo:source` the study, the number and the
/// storage that it was first recorded in. So a trial is known again however often it was copied, and no study gets it
/// twice, also from several processes at once.
///
/// Trials go over some hundred at a time, each time in one short transaction with their logs and notes, so that neither
/// memory nor the other writers of the target notice how many there are. A transfer that was ended goes on where it was
/// when it is begun again.
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
  public struct Summary: Sendable, Hashable {
    /// How many trials were added.
    public internal(set) var added = 0
    /// The lowest and the highest of their numbers in the target; nil for none.
    public internal(set) var numbers: ClosedRange<Int>?
    /// How many trials the target had already.
    public internal(set) var known = 0
  }

  let source: any Storage
  let study: StudyRecord
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
  /// It has the name `NAME (incomplete copy)` until it is whole. One that a process left behind which was ended goes on.
  ///
  /// - Throws: `StorageError.studyExists`; `invalidValue` where it would lack something, see `FrozenTrial.omissions`; where it
  ///   fails later, no study is left.
  @discardableResult
  public func copy(
    to target: any Storage, name: String, _ selection: Selection = .all
  ) throws -> (study: StudyRecord, summary: Summary) {
    guard try target.study(named: name) == nil else { throw StorageChecks.exists(study: name) }
    try StorageChecks.isWhole(study)
    let left = try leftCopy(named: name, in: target)
    let copy = try left ?? begin(name, in: target)
    do {
      try target.setStudyAttributes(study.userAttributes, kind: .user, study: copy.id)
      var batches = try TransferBatches(self, to: target, study: copy, selection)
      let summary = try batches.run()
      try target.renameStudy(copy.id, to: name)
      return (try target.existingStudy(named: name), summary)
    } catch {
      if left == nil { try? target.deleteStudy(copy.id) }
      throw error
    }
  }

  /// Adds the trials that the target does not have yet; where the parameter of one does not fit, none.
  ///
  /// - Throws: `StorageError.invalidValue` where the directions or the names of the metrics differ, or where a copy would lack something of its trial;
  ///   `incompatibleParameter` where a parameter does not fit.
  public func add(to target: any Storage, study other: StudyRecord, _ selection: Selection = .finished) throws
    -> Summary
  {
    guard study.directions == other.directions else {
      throw StorageError(
        .invalidValue,
        "the study '\(study.name.inMessage)' has the direction \(Self.text(study.directions)), and "
          + "'\(other.name.inMessage)' has "
          + "\(Self.text(other.directions)): their trials do not belong together")
    }
    if [study, other].allSatisfy({ $0.systemAttributes[StudyRecord.metricNamesKey] != nil }),
      study.metricNames != other.metricNames
    {
      throw StorageError(
        .invalidValue,
        "the study '\(study.name.inMessage)' has the metric \(study.metricNames.joined(separator: ", ")), and "
          + "'\(other.name.inMessage)' has \(other.metricNames.joined(separator: ", ")): their values do not compare")
    }
    var batches = try TransferBatches(self, to: target, study: other, selection)
    try batches.check()
    for (key, file) in study.systemAttributes where key.hasPrefix(StudyRecord.studyFilePrefix) {
      if other.systemAttributes[key] == nil {
        try target.setStudyAttribute(key, to: file, kind: .system, study: other.id)
      }
    }
    return try batches.run()
  }

  /// What of a study of this name a process left behind which was ended as it copied the same study.
  private func leftCopy(named name: String, in target: any Storage) throws -> StudyRecord? {
    guard let left = try target.study(named: Self.incomplete(name)) else { return nil }
    guard left.systemAttributes[StudyRecord.sourceKey] == origin, left.directions == study.directions else {
      throw StorageError(
        .studyExists,
        "there is a study '\(left.name.inMessage)', which an interrupted copy of another study has left; delete it first"
      )
    }
    return left
  }

  private func begin(_ name: String, in target: any Storage) throws -> StudyRecord {
    try StorageChecks.name(name, of: "a study")
    var documents: [StudyDocument: String] = [:]
    for document in StudyDocument.allCases { documents[document] = try source.document(document, study: study.id) }
    var attributes = study.systemAttributesOfItself
    attributes[StudyRecord.sourceKey] = origin
    return try target.createStudy(
      name: Self.incomplete(name), directions: study.directions, systemAttributes: attributes, documents: documents)
  }

  private var origin: JSONValue { ["study": .string(study.name), "storage": .string(place)] }

  /// The name of a study that is being copied.
  private static func incomplete(_ name: String) -> String {
    let suffix = " (incomplete copy)"
    return String(String.UnicodeScalarView(name.unicodeScalars.prefix(StudyRecord.longestName - suffix.count))) + suffix
  }

  private static func text(_ directions: [StudyDirection]) -> String {
    directions.map(\.rawValue).joined(separator: ", ")
  }

  /// - Parameters:
  ///   - trial: A trial of the source.
  ///   - numbers: The numbers in the target by those in the source.
  ///   - original: The number in the source of the trial that this one is a replicate of, if that is not on record.
  func copy(of trial: FrozenTrial, numbers: [Int: Int], original: Int?) -> FrozenTrial {
    var copy = trial
    if let original { copy.systemAttributes[FrozenTrial.replicatedKey] = .int(original) }
    if !trial.state.isFinished {
      copy = FrozenTrial(id: 0, number: trial.number, state: .waiting)
      copy.userAttributes = trial.userAttributes
      copy.systemAttributes = trial.systemAttributes.filter {
        !FrozenTrial.isOfOneRun(attribute: $0.key) && !FrozenTrial.isOfOneNumber(attribute: $0.key)
      }
      copy.systemAttributes[FrozenTrial.fixedParametersKey] = trial.parametersToRepeat
    }
    for key in [FrozenTrial.seenKey, FrozenTrial.sealKey, FrozenTrial.attemptsKey, FrozenTrial.folderKey] {
      copy.systemAttributes[key] = nil
    }
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
}

extension StudyTransfer.Selection {
  func admits(_ trial: FrozenTrial) -> Bool {
    switch self {
    case .finished: trial.state.isFinished
    case .all: true
    case .included: !trial.isExcluded
    }
  }
}

extension StudyRecord {
  /// The system attribute of a copied study that says which study it is a copy of, and of which storage.
  static let sourceKey = FrozenTrial.sourceKey

  /// The system attributes that are not about one of the trials.
  fileprivate var systemAttributesOfItself: OrderedDictionary<String, JSONValue> {
    systemAttributes.filter { key, _ in
      let parts = key.split(separator: ":", maxSplits: 2)
      return !(parts.first == "dashboard" && parts.count > 2 && Int64(parts[1]) != nil)
    }
  }
}
