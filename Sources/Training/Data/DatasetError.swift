/// Why a data set could not be read, decoded or split.
///
/// The message names the file, the line and the column where there are any, and the way out.
public struct DatasetError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of a failure, for programs that react to it.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// The file is missing, is no regular file, or cannot be read.
    case unreadableFile
    /// The file, a row count, a column count or a field exceeds its limit.
    case tooLarge
    /// The file holds no header or no row of data.
    case empty
    /// The text is no UTF-8.
    case notText
    /// Quotes are misplaced or not closed, or a column of the header has no name.
    case malformed
    /// Two columns of the header have the same name.
    case duplicateColumn
    /// A column that was asked for does not exist.
    case noSuchColumn
    /// A row has more or fewer fields than the header.
    case raggedRow
    /// A field is empty or marked as missing.
    case missingValue
    /// A field that must be a number is none.
    case notANumber
    /// A number is infinite or too large to be standardized in 32-bit floating point.
    case notFinite
    /// A column's numbers lie closer together than 32-bit floating point tells apart.
    case tooFine
    /// All samples belong to one class.
    case singleClass
    /// The target has more classes than the limit.
    case tooManyClasses
    /// A packed data set is truncated, damaged or of another format.
    case corrupt
    /// The data set cannot be split as asked.
    case invalidSplit
  }

  /// The kind of the failure.
  public let code: Code
  /// What is wrong, where, and what helps, in one sentence without the place.
  public let message: String
  /// The file or data set in question.
  public let source: String
  /// The line in the file, from 1.
  public let line: Int?
  /// The field's number in its line, from 1.
  public let column: Int?

  /// Creates an error; lines and columns count from 1.
  package init(_ code: Code, _ message: String, source: String, line: Int? = nil, column: Int? = nil) {
    self.code = code
    self.message = message
    self.source = source
    self.line = line
    self.column = column
  }

  /// The place and the message, as in `people.csv:12: column 3: ...`.
  public var description: String {
    var place = source
    if let line { place += ":\(line)" }
    if let column { place += ": column \(column)" }
    return "\(place): \(message)"
  }
}
