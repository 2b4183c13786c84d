/// Why a storage refused or failed.
public struct StorageError: Error, Sendable, CustomStringConvertible {
  /// The kind of a failure.
  public enum Code: Sendable, Hashable {
    /// A study of that name exists already.
    case studyExists
    /// There is no such study.
    case studyNotFound
    /// There is no such trial.
    case trialNotFound
    /// The trial is not in the state that the operation needs, for example finished already.
    case wrongState
    /// The trial is not this run's any more: it was given to another process, or ended from outside.
    case trialLost
    /// A value that the format has no place for: NaN as a result, a wrong count of values, an empty or too long name.
    case invalidValue
    /// A parameter contradicts the one of the same name in the study.
    case incompatibleParameter
    /// The file is no study database, or of a version that this program does not know.
    case unsupportedFile
    /// The file is damaged.
    case damagedFile
    /// The file cannot be opened, or not be written.
    case inaccessible
    /// The disk is full.
    case diskFull
    /// Other processes kept the file busy for too long.
    case busy
  }

  /// The kind of the failure.
  public let code: Code
  /// What is wrong, where, and what helps.
  public let message: String

  /// Whether the storage itself is in trouble, rather than what it was asked to do.
  package var isTroubleOfStorage: Bool {
    switch code {
    case .unsupportedFile, .damagedFile, .inaccessible, .diskFull, .busy, .studyNotFound, .trialNotFound: true
    case .studyExists, .wrongState, .trialLost, .invalidValue, .incompatibleParameter: false
    }
  }

  /// Makes an error.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
