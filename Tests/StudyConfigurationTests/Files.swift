import Foundation
import StudyConfiguration

/// The files of the repository that tests read.
enum Files {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let configs: [String] = {
    let folder = root.appendingPathComponent("Configs")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted().map { folder.appendingPathComponent($0).path }
  }()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }
}

/// Reads a text as a study file named `study.yaml`.
func read(_ text: String) throws(ConfigurationError) -> StudyConfiguration {
  try StudyConfiguration(bytes: Array(text.utf8), file: "study.yaml", isGiven: true)
}
