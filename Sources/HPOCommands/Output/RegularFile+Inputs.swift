import ArgumentParser
import Foundation
import HPO
import StudyConfiguration

extension RegularFile {
  /// Checks, before the work whose result is to go there, that a file can be written and that it is none of those which the
  /// result is made of.
  ///
  /// - Parameters:
  ///   - path: The file of the result.
  ///   - inputs: The files that are read; nil for one that is not, and names of what is no file are passed over.
  /// - Throws: `ValidationError` where it is one of them, by whatever path; `TrainingError` of code `fileFailure` where it
  ///   cannot be written.
  static func requireWritable(_ path: String, keeping inputs: [String?]) throws {
    try requireWritable(path)
    for input in inputs.compactMap(\.self) where isSameFile(path, input) {
      let subject = input == path ? "this is the file" : "this is '\(input)', a file"
      throw ValidationError(
        "\(path): \(subject) that the result is made of, and it would be lost; give another path")
    }
  }

  /// Whether two paths lead to one file that is there.
  private static func isSameFile(_ first: String, _ second: String) -> Bool {
    var (a, b) = (stat(), stat())
    return stat(first, &a) == 0 && stat(second, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino
  }
}

extension StorageOptions {
  /// The file of the database; nil for one in memory.
  var file: String? {
    guard case .file(let path)? = try? StorageLocation(parsing: location) else { return nil }
    return path
  }
}

extension DataSource {
  /// The files that samples come from.
  var files: [String?] {
    switch self {
    case .embedded: []
    case .idx(let folder): folder.files
    case .csv(let file): [file.path]
    case .numpy(let arrays):
      [arrays.features, arrays.target, arrays.testFeatures, arrays.testTarget].map { place in
        switch place {
        case .file(let path)?, .member(_, of: let path)?: path
        case nil: nil
        }
      }
    }
  }
}
