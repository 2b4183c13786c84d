import Foundation
import OrderedCollections
import SearchSpace
import Testing
import TrialStorage
import Trials

@testable import SQLiteStorage

@Suite("Journals by file system")
struct FileSystemKindTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(
    "Numbers of file systems that several computers use are told from those of one",
    arguments: [
      (0x6969, true), (0xFF53_4D42, true), (0xFE53_4D42, true), (0x0102_1997, true), (0x6573_5546, true),
      (0x0BD0_0BD0, true), (0x4750_4653, true), (0x00C3_6400, true),
      // ext4, XFS, Btrfs, tmpfs, overlay, ZFS
      (0xEF53, false), (0x5846_5342, false), (0x9123_683E, false), (0x0102_1994, false), (0x794C_7630, false),
      (0x2FC1_2FC1, false),
    ] as [(UInt32, Bool)])
  func magics(magic: UInt32, isShared: Bool) {
    #expect(FileSystemKind(magic: magic) == (isShared ? .shared : .local))
  }

  @Test("The system tells what holds a file, and nothing of a path that is not there")
  func paths() throws {
    let path = folder.file()
    try SQLiteStorage.createEmpty(at: path)
    #expect(FileSystemKind(ofPath: "/no/such/path") == .local)
    // Shared memory is local wherever the tests run.
    if FileManager.default.fileExists(atPath: "/dev/shm") { #expect(FileSystemKind(ofPath: "/dev/shm") == .local) }
  }

  @Test("A file that several computers may use has a rollback journal, also where somebody gave it a log")
  func rollbackJournal() throws {
    let path = folder.file()
    let local = try SQLiteStorage(path: path, opening: .createIfMissing, busyWait: BusyWait(), fileSystem: .local)
    let study = try local.createStudy(name: "s", directions: [.minimize]).id
    #expect(try journalFlags(path) == [2, 2])
    try local.close()
    // As Optuna leaves it where it is told to use a log.
    _ = try folder.file(running: "PRAGMA journal_mode = WAL")
    func open() throws -> SQLiteStorage {
      try SQLiteStorage(path: path, opening: .existing, busyWait: BusyWait(), fileSystem: .shared)
    }
    func run(_ storage: SQLiteStorage) throws {
      let trial = try started(storage, study)
      try storage.finishTrial(trial.id, state: .complete, values: [1], attributes: [:])
    }
    // As long as another program has the log open, it stays, and nobody waits for that.
    let other = try SQLiteStorage(path: path, opening: .existing, busyWait: BusyWait(), fileSystem: .local)
    _ = try other.studies()
    let early = try open()
    try run(early)
    #expect(try journalFlags(path) == [2, 2])
    try early.close()
    try other.close()
    let first = try open()
    try run(first)
    #expect(try journalFlags(path) == [1, 1])
    let second = try open()
    for storage in [second, first] { try run(storage) }
    #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
    #expect(try first.trials(study: study, states: nil).map(\.number) == [0, 1, 2, 3])
    for storage in [first, second] { try storage.close() }
  }

  @Test("What runs is brought to the disk by the next write once the last time was long ago")
  func synchronizations() throws {
    let storage = try SQLiteStorage(
      path: folder.file(), opening: .createIfMissing, busyWait: BusyWait(), fileSystem: .local)
    let study = try storage.createStudy(name: "s", directions: [.minimize]).id
    storage.synchronizationInterval = .seconds(3600)
    let trial = try started(storage, study).id
    let before = storage.file.synchronizations
    #expect(before > 0)
    for step in 0..<5 { try storage.report(1, step: step, trial: trial) }
    #expect(storage.file.synchronizations == before)
    storage.synchronizationInterval = .zero
    for step in 5..<10 { try storage.report(1, step: step, trial: trial) }
    #expect(storage.file.synchronizations == before + 5)
    storage.synchronizationInterval = .seconds(3600)
    try storage.report(1, step: 10, trial: trial)
    try storage.finishTrial(trial, state: .complete, values: [1], attributes: [:])
    #expect(storage.file.synchronizations == before + 6)
    let next = try started(storage, study)
    let sync = try storage.commitEnd(
      of: TrialLease(trial: next.id, start: nil), state: .complete, values: [2], parameters: [:], attributes: [:])
    #expect(storage.file.synchronizations == before + 7)
    #expect(try storage.trial(number: next.number, study: study).state == .complete)
    // The connection may be used meanwhile, and closed.
    _ = try started(storage, study)
    for _ in 0..<2 { try sync.wait() }
    #expect(storage.synchronizationInterval == .seconds(3600))
  }
}
