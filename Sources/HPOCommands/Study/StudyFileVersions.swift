import HPO
import Spelling
import StudyConfiguration

/// The study files that a study has run with, one after the other.
///
/// The last one is the study's `configuration`; those before it are kept, so that a trial can be trained again as it was, with
/// the number of its study file as an attribute from the second one on.
struct StudyFileVersions {
  /// The user attribute of a trial with the number of its study file, from 1; absent for the first.
  static let attribute = "studyFile"

  /// The texts before the last one and their folders, the oldest first.
  private var earlier: [(text: String, folder: String?)] = []

  /// The number of the last one, from 1.
  var last: Int { earlier.count + 1 }

  /// Those of a study.
  init(of study: Int64, in storage: any Storage) throws {
    guard let text = try storage.document(.earlierConfigurations, study: study) else { return }
    earlier = (try JSONValue(parsing: text).arrayValue ?? []).map { file in
      (file["text"]?.stringValue ?? "", file["folder"]?.stringValue)
    }
  }

  /// Keeps a study's file before another text takes its place, where trials have run with it.
  static func keep(of study: Int64, before text: String, in storage: any Storage) throws {
    guard let kept = try storage.document(.configuration, study: study), kept != text,
      try storage.beganTrials(of: study) > 0
    else { return }
    var versions = try StudyFileVersions(of: study, in: storage)
    versions.earlier.append((kept, try storage.document(.folder, study: study)))
    let files = versions.earlier.map { file -> JSONValue in
      .object(["text": .string(file.text), "folder": file.folder.map(JSONValue.string) ?? .null])
    }
    try storage.setDocument(.earlierConfigurations, to: JSONValue.array(files).serialized(), study: study)
  }

  /// The study file that a trial ran with; nil where that is the last one.
  func configuration(of trial: FrozenTrial, study: StudyRecord) throws -> StudyConfiguration? {
    let number = trial.userAttributes[Self.attribute]?.intValue ?? 1
    guard (1..<last).contains(number) else { return nil }
    let file = earlier[number - 1]
    var configuration = try StudyConfiguration(
      bytes: Array(file.text.utf8), file: "study file \(number) of '\(study.name.inMessage)'", folder: file.folder)
    configuration.name = study.name
    return configuration
  }
}

extension Storage {
  /// How many trials of a study have begun, in whatever state they are now.
  func beganTrials(of study: Int64) throws -> Int {
    let counts = try counts(study: study)
    return counts.values.reduce(0, +) - (counts[.waiting] ?? 0)
  }
}
