import Dispatch
import GRDB
import GRDBSQLite
import Synchronization
import Testing
import TrialStorage

@testable import SQLiteStorage

/// A disk that takes a log only once it is told to.
private enum SlowDisk {
  static let begun = DispatchSemaphore(value: 0)
  static let mayEnd = DispatchSemaphore(value: 0)
  static let synchronizations = Atomic(0)
  /// From which synchronization on it fails.
  static let soundCount = Atomic(Int.max)
}

@Suite("Commits on their way to the disk", .serialized)
struct SyncQueueTests {
  let folder: TemporaryFolder
  let file: DatabaseFile
  let queue = SyncQueue()
  private let handle = UnsafeMutablePointer<sqlite3_file>.allocate(capacity: 1)

  init() throws {
    folder = try TemporaryFolder()
    file = try DatabaseFile(path: folder.file())
    SlowDisk.synchronizations.store(0, ordering: .relaxed)
    SlowDisk.soundCount.store(.max, ordering: .relaxed)
  }

  private var log: WriteAheadLog {
    WriteAheadLog(file: handle) { _, _ in
      let number = SlowDisk.synchronizations.add(1, ordering: .relaxed).newValue
      SlowDisk.begun.signal()
      SlowDisk.mayEnd.wait()
      return number <= SlowDisk.soundCount.load(ordering: .relaxed) ? SQLITE_OK : SQLITE_IOERR
    }
  }

  @Test("Those that come while the disk is busy share the next synchronization, and none joins one that has begun")
  func groups() throws {
    let first = queue.synchronize(log, of: file)
    SlowDisk.begun.wait()
    let others = (0..<5).map { _ in queue.synchronize(log, of: file) }
    SlowDisk.mayEnd.signal()
    try first.wait()
    SlowDisk.begun.wait()
    #expect(SlowDisk.synchronizations.load(ordering: .relaxed) == 2)
    let last = queue.synchronize(log, of: file)
    SlowDisk.mayEnd.signal()
    for other in others { try other.wait() }
    SlowDisk.begun.wait()
    SlowDisk.mayEnd.signal()
    try last.wait()
    try first.wait()
    queue.drain()
    #expect(SlowDisk.synchronizations.load(ordering: .relaxed) == 3)
  }

  @Test("Where the disk does not take a log, each commit of the group is told, and each later one, but none before")
  func failures() throws {
    SlowDisk.soundCount.store(1, ordering: .relaxed)
    let first = queue.synchronize(log, of: file)
    SlowDisk.begun.wait()
    let others = (0..<3).map { _ in queue.synchronize(log, of: file) }
    SlowDisk.mayEnd.signal()
    try first.wait()
    SlowDisk.mayEnd.signal()
    for other in others { #expect(throws: StorageError.self) { try other.wait() } }
    SlowDisk.begun.wait()
    // The system has told of it once, and would take the next synchronization for done.
    SlowDisk.soundCount.store(.max, ordering: .relaxed)
    #expect(throws: StorageError.self) { try queue.synchronize(log, of: file).wait() }
    #expect(throws: DatabaseError.self) { try queue.finish(log) }
    #expect(SlowDisk.synchronizations.load(ordering: .relaxed) == 2)
  }

  @Test("A log that does not reach the disk as it is copied to the database ends what is written for good")
  func checkpointFailure() throws {
    try SQLiteStorage.createEmpty(at: file.path)
    try file.useWriteAheadLog()
    func fill(_ name: String) throws {
      try file.write(.process) { connection in
        try connection.execute("CREATE TABLE \(name) (data BLOB)")
        // More than a commit leaves in the log.
        for _ in 0..<20 { try connection.execute("INSERT INTO \(name) VALUES (zeroblob(1 << 20))") }
      }
    }
    try file.write(.full) { try $0.execute("CREATE TABLE first (x)") }
    var methods: UnsafePointer<sqlite3_io_methods>?
    let failing = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    defer { failing.deallocate() }
    try file.read { connection in
      let log = try #require(try connection.log()).file
      methods = log.pointee.pMethods
      failing.initialize(to: try #require(methods).pointee)
      failing.pointee.xSync = { _, _ in ResultCode.SQLITE_IOERR_FSYNC.rawValue }
      log.pointee.pMethods = UnsafePointer(failing)
    }
    // The commit itself needs no disk.
    try fill("second")
    try file.read { connection in try #require(try connection.log()).file.pointee.pMethods = methods }
    expectError(.inaccessible) { try file.write(.full) { try $0.execute("CREATE TABLE third (x)") } }
    try file.write(.process) { try $0.execute("CREATE TABLE fourth (x)") }
    try file.close()
    #expect(try rows(file.path, "SELECT name FROM sqlite_master WHERE name IN ('first', 'second')").count == 2)
  }
}
