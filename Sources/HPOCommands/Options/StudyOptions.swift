import ArgumentParser
import Foundation
import HPO
import Spelling

/// Where the studies are.
struct StorageOptions: ParsableArguments {
  @Option(help: "The study database: a path or sqlite:///PATH. (default: HPO_STORAGE, else hpo.db)")
  var storage: String?

  /// The option, the environment's `HPO_STORAGE`, or `hpo.db`.
  var location: String {
    if let storage { return storage }
    if let storage = ProcessInfo.processInfo.environment["HPO_STORAGE"], !storage.isEmpty { return storage }
    return "hpo.db"
  }

  /// ` --storage …` where a command line that is shown to the user needs it.
  var repeated: String { storage.map { " " + typed("storage", $0) } ?? "" }

  /// Opens the database, which must exist unless `create`.
  func open(create: Bool = false) throws -> any Storage {
    try StorageLocation(parsing: location).open(create ? .createIfMissing : .existing)
  }

  /// Opens the database for the time of `body`.
  func withStorage<Result>(create: Bool = false, _ body: (any Storage) throws -> Result) throws -> Result {
    try Self.opened(location, create: create, body)
  }

  /// Opens a database for the time of `body`.
  static func opened<Result>(
    _ location: String, create: Bool, _ body: (any Storage) throws -> Result
  ) throws -> Result {
    let storage = try StorageLocation(parsing: location).open(create ? .createIfMissing : .existing)
    do {
      let result = try body(storage)
      try storage.close()
      return result
    } catch {
      // The first error is the one to tell.
      try? storage.close()
      throw error
    }
  }
}

/// One study of a database.
struct StudyOptions: ParsableArguments {
  @Option(help: "The name of the study. (default: the only one there is)")
  var study: String?

  /// The record of the named study, or of the only one.
  func record(in storage: any Storage) throws -> StudyRecord { try Self.record(named: study, in: storage) }

  static func record(named study: String?, in storage: any Storage) throws -> StudyRecord {
    if let study { return try storage.existingStudy(named: study) }
    let all = try storage.studies()
    if all.count == 1 { return all[0] }
    guard !all.isEmpty else {
      throw ValidationError("there is no study in this storage yet; 'hpo study create --study NAME' makes one")
    }
    let names = all.prefix(8).map(\.name.inMessage).joined(separator: ", ") + (all.count > 8 ? ", …" : "")
    throw ValidationError("there are \(all.count) studies, so --study is needed: \(names)")
  }
}

/// An option as it is typed: `--study NAME`, with `=` before what would be taken for another option.
func typed(_ option: String, _ value: String) -> String {
  "--\(option)\(value.utf8.first == UInt8(ascii: "-") ? "=" : " ")\(shellQuoted(value))"
}

/// An argument as any shell of POSIX reads it back, in one line where that is possible.
func shellQuoted(_ argument: String) -> String {
  let isPlain =
    !argument.isEmpty
    && argument.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || "-_./:=,@%+".unicodeScalars.contains(scalar))
    }
  if isPlain { return argument }
  guard argument.printable != argument else {
    return "'" + argument.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
  // What a terminal would obey is spelled. The lines that a shell takes away behind the output of a command stay as they are.
  var bytes = Array(argument.utf8)
  let text = bytes.prefix(through: bytes.lastIndex { $0 != UInt8(ascii: "\n") } ?? -1)
  bytes.removeFirst(text.count)
  let spelled = text.map { byte in
    (32..<127).contains(byte) && !"'\\%".utf8.contains(byte)
      ? String(UnicodeScalar(byte)) : "\\" + String(Int(byte) + 0o1000, radix: 8).dropFirst()
  }
  return "\"$(printf '\(spelled.joined())')\"" + (bytes.isEmpty ? "" : "'\(String(decoding: bytes, as: UTF8.self))'")
}
