import SQLiteStorage
import Testing
import TrialStorage

@Suite("StorageLocation")
struct StorageLocationTests {
  @Test(
    "Paths and URLs name files",
    arguments: [
      ("hpo.db", "hpo.db"), ("/a/b.db", "/a/b.db"), ("sqlite:///hpo.db", "hpo.db"), ("sqlite:////a/b.db", "/a/b.db"),
      ("sqlite+pysqlite:///x y.db", "x y.db"), ("SQLite:///x.db", "x.db"), ("a:b.db", "a:b.db"),
      ("./sqlite", "./sqlite"),
      ("sqlite:///../x.db", "../x.db"), ("ü#%41.db", "ü#%41.db"),
    ])
  func readsFiles(_ text: String, _ path: String) throws {
    #expect(try StorageLocation(parsing: text) == .file(path: path))
  }

  @Test(
    "What names the memory is the memory", arguments: [":memory:", "sqlite://", "sqlite:///:memory:", "sqlite:///"])
  func readsMemory(_ text: String) throws {
    #expect(try StorageLocation(parsing: text) == .memory)
  }

  @Test(
    "Other databases and malformed URLs are refused with what to write",
    arguments: [
      ("mysql://user@host/db", "'mysql'"), ("postgresql+psycopg2://h/d", "'postgresql+psycopg2'"),
      ("redis://localhost", "'redis'"), ("sqlite:x.db", "'//'"), ("sqlite:/x.db", "'//'"),
      ("sqlite://x.db", "host"), ("sqlite:///x.db?timeout=10", "options"), ("", "empty"), ("a\0b", "NUL"),
    ])
  func refuses(_ text: String, _ reason: String) {
    let message = expectError(.invalidValue) { _ = try StorageLocation(parsing: text) }
    #expect(message.contains(reason) && message.contains("sqlite:///relative.db"))
  }

  @Test("A location opens the storage it names")
  func opens() throws {
    let folder = try TemporaryFolder()
    #expect(try StorageLocation.memory.open() is InMemoryStorage)
    expectError(.inaccessible) { _ = try StorageLocation.memory.open(.existing) }
    expectError(.inaccessible) { _ = try StorageLocation.file(path: folder.file()).open(.existing) }
    #expect(try StorageLocation.file(path: folder.file()).open() is SQLiteStorage)
    #expect(StorageLocation.file(path: "x").description == "x")
  }
}
