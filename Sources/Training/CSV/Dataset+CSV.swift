extension Dataset {
  /// Reads a CSV file of numbers with a header (RFC 4180, UTF-8 with or without a byte order mark).
  ///
  /// Every column but the target and the ignored ones is a feature and must hold numbers with a decimal point. Where
  /// `options.task` is `nil`, the target is taken as classes if one of its fields is no number, or if all are whole
  /// numbers of at most 20 kinds; else as values.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - target: The name of the column to predict, as in the header.
  ///   - name: The data set's name; without it, the file's.
  ///   - options: Delimiter, task, missing values, ignored columns and limits.
  /// - Throws: `DatasetError`, with line and column where the fault has a place.
  public static func csv(
    file path: String, target: String, name: String? = nil, options: CSVOptions = CSVOptions()
  ) throws(DatasetError) -> Dataset {
    let bytes = try RegularFile.read(path, atMost: options.limits.bytes)
    return try csv(
      bytes: bytes, source: path, target: target, name: name ?? RegularFile.name(of: path), options: options)
  }

  /// Reads some columns of a CSV file, as a trained model needs them; what else the file holds is passed over.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - features: The names of the columns that become features, in this order.
  ///   - target: The column to predict; without one, each sample has a value of 0.
  ///   - options: Delimiter, task, missing values and limits.
  /// - Throws: `DatasetError`, with line and column where the fault has a place.
  public static func csv(
    file path: String, features: [String], target: String?, options: CSVOptions = CSVOptions()
  ) throws(DatasetError) -> Dataset {
    let bytes = try RegularFile.read(path, atMost: options.limits.bytes)
    var reader = try CSVReader(bytes: bytes, source: path, options: options)
    return try reader.read(features: features, target: target, name: RegularFile.name(of: path))
  }

  /// Reads the bytes of a CSV file; messages call them `source`.
  package static func csv(
    bytes: [UInt8], source: String, target: String, name: String, options: CSVOptions = CSVOptions()
  ) throws(DatasetError) -> Dataset {
    var reader = try CSVReader(bytes: bytes, source: source, options: options)
    return try reader.read(target: target, name: name)
  }
}
