/// Where a storage is, as the `--storage` option or a library user names it.
public enum StorageLocation: Sendable, Hashable {
  /// In the memory of this process.
  case memory
  /// In an SQLite file.
  case file(path: String)

  /// Reads a file path, `sqlite:///relative.db`, `sqlite:////absolute.db`, or `:memory:` and `sqlite:///:memory:`.
  ///
  /// - Throws: `StorageError.invalidValue` for other databases and for a malformed URL.
  public init(parsing text: String) throws(StorageError) {
    func fail(_ reason: String) -> StorageError {
      StorageError(
        .invalidValue,
        "the storage '\(text)' \(reason); give a file path, or sqlite:///relative.db or sqlite:////absolute.db")
    }
    guard !text.isEmpty else { throw fail("is empty") }
    guard !text.unicodeScalars.contains("\0") else { throw fail("contains a NUL character") }
    guard let scheme = Self.scheme(of: text) else {
      self = text == ":memory:" ? .memory : .file(path: text)
      return
    }
    // SQLAlchemy's URLs may name a driver after the database.
    guard scheme.name == "sqlite" || scheme.name.hasPrefix("sqlite+") else {
      throw fail("is of kind '\(scheme.name)', and studies are kept in SQLite files only")
    }
    guard scheme.rest.hasPrefix("//") else { throw fail("has no '//' after 'sqlite:'") }
    let location = scheme.rest.dropFirst(2)
    if location.isEmpty || location == "/:memory:" || location == "/" {
      self = .memory
      return
    }
    guard location.hasPrefix("/") else { throw fail("names a host, which a file has not (three slashes begin a path)") }
    guard !location.contains("?") else { throw fail("carries options after '?', which are not understood") }
    self = .file(path: String(location.dropFirst()))
  }

  /// The part before a colon that begins a URL; nil for what is a path.
  private static func scheme(of text: String) -> (name: String, rest: Substring)? {
    guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else { return nil }
    let name = text[..<colon].lowercased()
    let rest = text[text.index(after: colon)...]
    guard name.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 43 || $0 == 45 }),
      rest.hasPrefix("//") || name == "sqlite"
    else { return nil }
    return (name, rest)
  }
}

extension StorageLocation: CustomStringConvertible {
  /// The location in a form that can be read again: the path, or `:memory:`.
  public var description: String {
    switch self {
    case .memory: ":memory:"
    case .file(let path): path
    }
  }
}
