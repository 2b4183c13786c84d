import Foundation
import Synchronization
public import TrialStorage

/// Studies in an SQLite file of Optuna's format, which several processes may use at once.
///
/// Opening a file and reading from it changes nothing; the tables of hpo are added to a file of Optuna's, or of an
/// earlier version, before the first write. A row that is damaged is left out or repaired as it is read, so that the others stay readable;
/// `oddities(study:)` lists what was met.
///
/// Documentation/StudyDatabase.md describes the format and what survives which failure.
public final class SQLiteStorage: Storage {
  /// What to do where there is no file.
  public enum Opening: Sendable {
    /// Make one.
    case createIfMissing
    /// Throw.
    case existing
  }

  let file: DatabaseFile
  let memory = Mutex(StorageMemory())
  /// Held while the file is made ready to be written, which happens once.
  private let isWritable = Mutex(false)
  private let ownTablesExist: Atomic<Bool>

  /// - Throws: `StorageError.inaccessible` where the file cannot be opened, or is missing and should exist;
  ///   `unsupportedFile` for a file of another program or version; `damagedFile`.
  public convenience init(path: String, opening: Opening = .createIfMissing) throws {
    try self.init(path: path, opening: opening, busyWait: BusyWait())
  }

  init(
    path: String, opening: Opening = .createIfMissing, busyWait: BusyWait = BusyWait(),
    fileSystem: FileSystemKind? = nil, isDraft: Bool = false
  ) throws {
    try Self.checkPath(path, opening: opening)
    let file = try DatabaseFile(path: path, busyWait: busyWait, fileSystem: fileSystem, isDraft: isDraft)
    let inspection = try file.read { connection in
      let inspection = try SchemaInspection(connection)
      try inspection.check(connection, path: path)
      return inspection
    }
    self.file = file
    ownTablesExist = Atomic(inspection.isComplete)
    if !inspection.isReadable { try prepareToWrite() }
  }

  /// Makes an empty study database; does nothing where there is a study database already.
  ///
  /// - Throws: as the initializer does.
  public static func createEmpty(at path: String) throws {
    let storage = try SQLiteStorage(path: path)
    try storage.prepareToWrite()
    try storage.close()
  }

  /// How long a report, a checkpoint or the start of a trial may be on the way to the disk before the next write brings it
  /// there: what a power loss takes of a trial that runs. 2 seconds unless set; zero for no delay. See
  /// Documentation/StudyDatabase.md.
  public var synchronizationInterval: Duration {
    get { .nanoseconds(Int64(clamping: file.synchronizationInterval)) }
    set {
      let (seconds, attoseconds) = max(newValue, .zero).components
      let (nanoseconds, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
      file.synchronizationInterval = overflow ? .max : nanoseconds &+ UInt64(attoseconds / 1_000_000_000)
    }
  }

  public func close() throws { try file.close() }

  deinit { try? file.close() }

  static func checkPath(_ path: String, opening: Opening) throws {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    if isFolder.boolValue {
      throw StorageError(.inaccessible, "'\(path)' is a folder; give the path of a file in it")
    }
    guard !exists else { return }
    if opening == .existing {
      throw StorageError(missing: path)
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    if !FileManager.default.fileExists(atPath: folder) {
      throw StorageError(
        .inaccessible, "there is no folder '\(folder)' for the study database '\(path)'; make it first")
    }
  }
}

extension SQLiteStorage {
  /// Makes sure that all tables are there and that the journal is the right one, once.
  func prepareToWrite() throws {
    try isWritable.withLock { isWritable in
      guard !isWritable else { return }
      try file.read { try SchemaInspection($0).checkWritability($0, path: file.path) }
      try file.useWriteAheadLog()
      let keepsIdentifiers = try file.write(.full) { connection in
        // Another process may have been faster.
        let inspection = try SchemaInspection(connection)
        try inspection.check(connection, path: file.path)
        if !inspection.isComplete { try inspection.complete(connection) }
        return try inspection.isComplete ? inspection.keepsIdentifiers : SchemaInspection(connection).keepsIdentifiers
      }
      memory.withLock { $0.keepsIdentifiers = keepsIdentifiers }
      ownTablesExist.store(true, ordering: .relaxed)
      isWritable = true
    }
  }

  /// Whether a table of hpo is there, for a reader: a file of Optuna's or of an earlier version lacks some, and another
  /// process may add them at any time.
  func hasOwnTable(_ name: String, _ connection: Connection) throws -> Bool {
    if ownTablesExist.load(ordering: .relaxed) { return true }
    return try connection.hasRow("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", .text(name))
  }

  /// Runs `body` in a transaction that nobody else writes during.
  func write<Result>(_ durability: Durability, _ body: (Connection) throws -> Result) throws -> Result {
    try prepareToWrite()
    return try file.write(durability, body)
  }
}
