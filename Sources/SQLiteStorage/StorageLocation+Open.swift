public import TrialStorage

extension StorageLocation {
  /// Opens the storage there.
  ///
  /// - Throws: as `SQLiteStorage`'s initializer does; and `StorageError.inaccessible` where a storage in memory should
  ///   exist already.
  public func open(_ opening: SQLiteStorage.Opening = .createIfMissing) throws -> any Storage {
    switch self {
    case .file(let path): return try SQLiteStorage(path: path, opening: opening)
    case .memory:
      guard opening == .createIfMissing else {
        throw StorageError(.inaccessible, "a storage in memory ends with its program and cannot be opened again")
      }
      return InMemoryStorage()
    }
  }
}
