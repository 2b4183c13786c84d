import GRDB
import TrialStorage

extension DatabaseError {
  /// Whether another connection stands in the way for now.
  var isBusy: Bool {
    switch resultCode.primaryResultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL: true
    default: false
    }
  }
}

extension StorageError {
  /// What went wrong with a file, in words; an error of this package stays as it is.
  init(_ error: any Error, path: String) {
    switch error {
    case let error as StorageError: self = error
    case let error as DatabaseError: self.init(error, path: path)
    default: self.init(.inaccessible, "the study database '\(path)' cannot be used: \(error)")
    }
  }

  /// A file that is not there and is not to be made.
  init(missing path: String) {
    self.init(
      .inaccessible,
      "there is no study database '\(path)'; check the path, or begin a search, which makes one (`hpo optimize --help`)"
    )
  }

  private init(_ error: DatabaseError, path: String) {
    let reason = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
    let file = "the study database '\(path)'"
    switch error.resultCode.primaryResultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL:
      self.init(
        .busy,
        "\(file) was kept busy by another program for too long; end the program that holds it "
          + "(`fuser \(path)` names it) and run the command again, nothing is lost")
    case .SQLITE_FULL:
      self.init(.diskFull, "the disk of \(file) is full; free some space and run the command again, nothing is lost")
    case .SQLITE_CORRUPT:
      self.init(
        .damagedFile,
        "\(file) is damaged (\(reason)); keep a copy and save what is readable with "
          + "`sqlite3 '\(path)' .recover | sqlite3 recovered.db`")
    case .SQLITE_NOTADB:
      self.init(
        .unsupportedFile, "'\(path)' is no SQLite database; give the path of a study database or of a new file")
    case .SQLITE_READONLY where error.extendedResultCode == .SQLITE_READONLY_DBMOVED:
      self.init(
        .inaccessible,
        "\(file) was moved or deleted while it was open; what was finished before is in the file that was moved")
    case .SQLITE_READONLY:
      self.init(.inaccessible, "\(file) cannot be written; check the permissions of the file and of its folder")
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
      self.init(
        .inaccessible,
        "\(file) cannot be opened (\(reason)); check that its folder exists and that you may read and write there")
    case .SQLITE_IOERR:
      self.init(.inaccessible, "\(file) cannot be read or written (\(reason)); check the disk that it is on")
    case .SQLITE_MISUSE:
      self.init(.inaccessible, "\(file) is not open any more (\(reason))")
    case .SQLITE_ERROR where reason.hasPrefix("no such table") || reason.hasPrefix("no such column"):
      self.init(.damagedFile, "\(file) lost a part of its tables (\(reason)); restore it from a copy")
    default:
      self.init(.inaccessible, "\(file) cannot be used: \(reason)")
    }
  }
}
