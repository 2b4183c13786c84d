import HPO
import Spelling
import StudyConfiguration
import Training

/// The study files that trials of a study were trained by, kept with it by what tells their texts apart, so that a trial can be
/// trained again as it was, whatever the study's file says by now.
enum StudyFileArchive {
  /// What tells a text from others: a hash, as a hexadecimal number.
  static func identity(of text: String) -> String {
    var hash = ContentHash()
    hash.add(Array(text.utf8))
    return String(hash.value, radix: 16)
  }

  /// Keeps the file that trials are about to be trained by, unless it is there.
  ///
  /// - Returns: Its identity.
  static func keep(_ configuration: StudyConfiguration, ofStudy name: String, in storage: any Storage) throws -> String
  {
    let identity = identity(of: configuration.text)
    let key = StudyRecord.studyFilePrefix + identity
    let study = try storage.existingStudy(named: name)
    if study.systemAttributes[key] == nil {
      let folder = try storage.document(.folder, study: study.id)
      try storage.setStudyAttribute(
        key, to: ["text": .string(configuration.text), "folder": folder.map(JSONValue.string) ?? .null], kind: .system,
        study: study.id)
    }
    return identity
  }

  /// The file that a trial was trained by.
  ///
  /// - Parameters:
  ///   - kept: The study's file as it is now.
  /// - Returns: The file, and what to say where that is not `kept`.
  static func configuration(
    of trial: FrozenTrial, study: StudyRecord, kept: StudyConfiguration
  ) throws -> (configuration: StudyConfiguration, note: String?) {
    guard let identity = trial.systemAttributes[FrozenTrial.trainedByKey]?["file"]?.stringValue,
      identity != Self.identity(of: kept.text)
    else { return (kept, nil) }
    guard let file = study.systemAttributes[StudyRecord.studyFilePrefix + identity],
      let text = file["text"]?.stringValue
    else {
      return (
        kept,
        "the study file that trial \(trial.number) ran with is not kept with the study; the file that the study has now is taken"
      )
    }
    var configuration = try StudyConfiguration(
      bytes: Array(text.utf8), file: "the study file that trial \(trial.number) of '\(study.name.inMessage)' ran with",
      folder: file["folder"]?.stringValue)
    configuration.name = study.name
    // Another comment makes no other training.
    var same = configuration
    (same.text, same.file) = (kept.text, kept.file)
    let note =
      "trial \(trial.number) ran with another study file than the study has now, and goes by that one"
    return (configuration, same == kept ? nil : note)
  }
}

extension FrozenTrial {
  /// The system attribute that says which study file a trial was trained by, and with which seed.
  static let trainedByKey = "hpo:trainedBy"

  /// The seed of weights, order and dropout that a trial was trained with; nil where it is not on record.
  var trainingSeed: UInt64? { systemAttributes[Self.trainedByKey]?["seed"]?.stringValue.flatMap { UInt64($0) } }
}
