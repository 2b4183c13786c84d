import Foundation
package import StudyEngine

/// Where each trial has a folder of its own, which is made as the trial starts: `hpo.db.trials/1-digits/12`.
///
/// A trial that is run again finds in it what it left there. A folder that is still empty as the trial ends goes.
///
/// The folders outlive a database that is removed, and another study can get the identifier and the name of an earlier
/// one. So a trial that never had a folder gets one in which nothing lies, `12-2` where `12` holds something, and which one
/// it has is on record before its program starts (`FrozenTrial.folderPlace`).
package struct TrialFolders: Sendable {
  private let root: String

  /// - Parameter file: The study database, beside which the folders lie; nil for temporary ones.
  package init(besideFile file: String?) {
    root =
      file.map { URL(fileURLWithPath: $0).path + ".trials" }
      ?? FileManager.default.temporaryDirectory.appendingPathComponent("hpo-\(getpid()).trials").path
  }

  /// A folder of a trial, under the identifier and the name of its study.
  ///
  /// - Parameter place: Which of the folders of its number, counted from 1.
  package func path(of trial: Trial, place: Int = 1) -> String {
    let readable = trial.study.name.unicodeScalars.prefix(60).map { scalar in
      scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-")
        ? Character(scalar) : "_"
    }
    return "\(root)/\(trial.study.id)-\(String(readable))/\(trial.number)" + (place > 1 ? "-\(place)" : "")
  }

  /// The first of a trial's folders in which nothing lies.
  func freePlace(for trial: Trial) -> Int {
    var place = 1
    while !isFree(path(of: trial, place: place)) { place += 1 }
    return place
  }

  /// Whether nothing lies at a path but perhaps an empty folder. A link leads to what is somebody else's.
  private func isFree(_ path: String) -> Bool {
    guard let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType else {
      return true
    }
    return type == .typeDirectory && (try? FileManager.default.contentsOfDirectory(atPath: path))?.isEmpty == true
  }

  /// Makes a folder of a trial where there is none.
  ///
  /// - Throws: `ProgramError.systemFailure`.
  func make(for trial: Trial, place: Int) throws(ProgramError) -> String {
    let path = path(of: trial, place: place)
    var reason = ""
    // Another process that is done may remove the folders above, which are empty still, in between.
    for _ in 0..<3 {
      do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
      } catch {
        reason = error.localizedDescription
      }
    }
    throw ProgramError(.systemFailure, "the folder '\(path)' of trial \(trial.number) cannot be made: \(reason)")
  }

  /// The folders with all that the trials of a study have left: one, or none where they have left nothing.
  ///
  /// - Parameter id: The identifier of the study, which tells its folder apart.
  package func existing(study id: Int64) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    return names.filter { $0.hasPrefix("\(id)-") }.map { "\(root)/\($0)" }.filter { path in
      // What a link points to belongs to somebody else.
      (try? FileManager.default.attributesOfItem(atPath: path)[.type]) as? FileAttributeType == .typeDirectory
    }
  }

  /// Removes what the trials of a study have left, and the folder above where that is empty then. Links go, and what they
  /// point to stays.
  ///
  /// - Throws: `ProgramError.systemFailure` where something cannot be removed.
  package func remove(study id: Int64) throws(ProgramError) {
    for path in existing(study: id) {
      do {
        try FileManager.default.removeItem(atPath: path)
      } catch {
        throw ProgramError(.systemFailure, "the folder '\(path)' cannot be removed: \(error.localizedDescription)")
      }
    }
    rmdir(root)
  }

  /// Removes the folder of a trial where it is empty.
  func removeIfEmpty(_ path: String) { rmdir(path) }

  /// Removes the folders above that of a trial where they are empty.
  func removeEmptyParents(of path: String) {
    var path = path
    for _ in 0..<2 {
      path = URL(fileURLWithPath: path).deletingLastPathComponent().path
      guard rmdir(path) == 0 else { return }
    }
  }
}
