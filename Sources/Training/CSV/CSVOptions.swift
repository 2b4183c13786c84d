/// How a CSV file is read as a data set.
public struct CSVOptions: Sendable, Hashable {
  /// What separates the fields of a line.
  public enum Delimiter: String, Sendable, Hashable, CaseIterable {
    /// Whichever of comma, semicolon, tab and bar occurs most in the header, outside of quotes; a tie goes to the
    /// earlier one.
    case automatic = "auto"
    /// `,`
    case comma
    /// `;`
    case semicolon
    /// The tab character.
    case tab
    /// `|`
    case bar
  }

  /// What happens to a row in which a value is missing.
  ///
  /// Missing is a field that is empty or blank, and outside of quotes also `NA`, `N/A`, `NaN`, `null`, `None` and `?`
  /// in any case.
  public enum MissingValues: String, Sendable, Hashable, CaseIterable {
    /// The first one is an error.
    case reject
    /// The row is left out.
    case dropRows
  }

  /// Whether the target is a class or a value; without it, the rule of ``Dataset/csv(file:target:name:options:)``.
  public var task: DatasetTask?
  /// What separates the fields.
  public var delimiter: Delimiter
  /// What happens to rows with missing values.
  public var missingValues: MissingValues
  /// Columns that are no features: identifiers, comments, text.
  public var ignoredColumns: [String]
  /// Features whose fields are categories rather than numbers: each distinct text is one.
  public var categoricalColumns: [String]
  /// How large the file may be.
  public var limits: CSVLimits

  /// Creates options; all of them have defaults.
  public init(
    task: DatasetTask? = nil, delimiter: Delimiter = .automatic, missingValues: MissingValues = .reject,
    ignoredColumns: [String] = [], categoricalColumns: [String] = [], limits: CSVLimits = CSVLimits()
  ) {
    self.task = task
    self.delimiter = delimiter
    self.missingValues = missingValues
    self.ignoredColumns = ignoredColumns
    self.categoricalColumns = categoricalColumns
    self.limits = limits
  }
}

/// Bounds on a CSV file; beyond each of them reading stops with an error of code `tooLarge` or `tooManyClasses`.
public struct CSVLimits: Sendable, Hashable {
  /// The most bytes of a file.
  public var bytes: Int
  /// The most fields of a line.
  public var columns: Int
  /// The most rows after the header.
  public var rows: Int
  /// The most bytes of one field.
  public var fieldBytes: Int
  /// The most classes of a target, and the most categories of a column.
  public var classes: Int
  /// The most numbers of the table once categories are indicators.
  public var numbers: Int

  /// Creates limits; the defaults are far above what fits a table and far below what exhausts a machine.
  public init(
    bytes: Int = 1 << 29, columns: Int = 20_000, rows: Int = 10_000_000, fieldBytes: Int = 1 << 16,
    classes: Int = 1_000, numbers: Int = 1 << 29
  ) {
    self.bytes = bytes
    self.columns = columns
    self.rows = rows
    self.fieldBytes = fieldBytes
    self.classes = classes
    self.numbers = numbers
  }
}

extension CSVOptions.Delimiter {
  /// The delimiters that are looked for, in order of preference.
  static let candidates: [UInt8] = [",", ";", "\t", "|"].map { (character: Unicode.Scalar) in UInt8(ascii: character) }

  /// The byte, where it is not to be found out.
  var byte: UInt8? {
    switch self {
    case .automatic: nil
    case .comma: UInt8(ascii: ",")
    case .semicolon: UInt8(ascii: ";")
    case .tab: UInt8(ascii: "\t")
    case .bar: UInt8(ascii: "|")
    }
  }
}
