import Spelling

/// Reads a whole CSV file into a data set.
struct CSVReader {
  private let source: String
  private let options: CSVOptions
  private var tokenizer: CSVTokenizer

  init(bytes: [UInt8], source: String, options: CSVOptions) throws(DatasetError) {
    self.source = source
    self.options = options
    guard bytes.count <= options.limits.bytes else {
      throw DatasetError(
        .tooLarge, "the file has \(bytes.count) bytes, more than the limit of \(options.limits.bytes)", source: source)
    }
    tokenizer = try CSVTokenizer(bytes: bytes, source: source, delimiter: options.delimiter, limits: options.limits)
  }

  /// Reads the header and all rows; every column but the target and the ignored ones is a feature.
  mutating func read(target targetName: String, name: String) throws(DatasetError) -> Dataset {
    let header = try readHeader()
    let targetColumn = try index(of: targetName, in: header, purpose: "to take as the target")
    var isFeature = [Bool](repeating: true, count: header.count)
    isFeature[targetColumn] = false
    for ignored in options.ignoredColumns {
      isFeature[try index(of: ignored, in: header, purpose: "to ignore")] = false
    }
    let featureColumns = header.indices.filter { isFeature[$0] }
    guard !featureColumns.isEmpty else {
      throw DatasetError(
        .empty, "there is no column of features beside the target \(targetName.quoted)", source: source, line: 1)
    }
    return try readRows(
      header, featureColumns: featureColumns, targetColumn: targetColumn, isForTraining: true, name: name)
  }

  /// Reads the header and all rows; the columns of given names are the features, in that order.
  ///
  /// - Parameter targetName: The target; without one, each sample has a value of 0.
  mutating func read(
    features names: [String], target targetName: String?, name: String
  ) throws(DatasetError) -> Dataset {
    let header = try readHeader()
    var featureColumns: [Int] = []
    for name in names { featureColumns.append(try index(of: name, in: header, purpose: "among the features")) }
    let targetColumn: Int? =
      if let targetName { try index(of: targetName, in: header, purpose: "to take as the target") } else { nil }
    return try readRows(
      header, featureColumns: featureColumns, targetColumn: targetColumn, isForTraining: false, name: name)
  }

  private mutating func readRows(
    _ header: [String], featureColumns: [Int], targetColumn: Int?, isForTraining: Bool, name: String
  ) throws(DatasetError) -> Dataset {
    var target = targetColumn.map {
      CSVTargetColumn(
        name: header[$0], number: $0 + 1, source: source, task: options.task, maximumClasses: options.limits.classes,
        isForTraining: isForTraining)
    }
    var codes = try categoricalFeatures(header, featureColumns: featureColumns)
    var features: [Float] = []
    var precisions = [SinglePrecision](repeating: SinglePrecision(), count: featureColumns.count)
    var (rowCount, count) = (0, 0)
    var omitted: Set<String> = []
    while try tokenizer.next() {
      rowCount += 1
      guard rowCount <= options.limits.rows else {
        throw DatasetError(
          .tooLarge, "the file has more rows than the limit of \(options.limits.rows)", source: source,
          line: tokenizer.recordLine)
      }
      try checkWidth(header.count)
      guard try isComplete(header, featureColumns, targetColumn, isForTraining: isForTraining) else {
        if let targetColumn, omitted.count < options.limits.classes {
          omitted.insert((try? trimmedText(targetColumn)) ?? "")
        }
        continue
      }
      for (feature, column) in featureColumns.enumerated() {
        if codes[feature] == nil {
          let value = try number(column, name: header[column])
          precisions[feature].append(value)
          features.append(Float(value))
          continue
        }
        // Its number is known when all categories are.
        features.append(0)
        let text = try trimmedText(column)
        guard codes[feature]?.append(text, atMost: options.limits.classes) == true else {
          throw DatasetError(
            .tooManyClasses,
            "\(header[column].quoted) has more than \(options.limits.classes) categories; is it an identifier?",
            source: source, line: tokenizer.recordLine, column: column + 1)
        }
      }
      if let targetColumn { try target?.append(trimmedText(targetColumn), line: tokenizer.recordLine) }
      count += 1
    }
    guard count > 0 else {
      throw DatasetError(
        .empty, rowCount == 0 ? "there is no row below the header" : "every row has missing values", source: source)
    }
    // A model that exists takes what it is given: how wide a column was is decided.
    if isForTraining {
      for (precision, column) in zip(precisions, featureColumns) {
        guard let loss = precision.loss(of: header[column].quoted) else { continue }
        throw DatasetError(
          .tooFine, "\(loss), or list the column under ignoredColumns", source: source, column: column + 1)
      }
    }
    let targets: Dataset.Target =
      if let target { try target.finished() } else { .values(Array(repeating: 0, count: count)) }
    var categories: [Int: [String]] = [:]
    for (feature, column) in codes {
      let (numbers, texts) = column.finished()
      categories[feature] = texts
      for row in 0..<count { features[row * featureColumns.count + feature] = Float(numbers[row]) }
    }
    let width = categories.values.reduce(featureColumns.count - categories.count) { $0 + $1.count }
    guard categories.isEmpty || width.multipliedReportingOverflow(by: count).partialValue <= options.limits.numbers
    else {
      throw DatasetError(
        .tooLarge,
        "its categories make \(width) columns of \(count) rows, more than the limit of \(options.limits.numbers) numbers; "
          + "ignore the column with most of them", source: source)
    }
    var dataset = try Dataset(
      name: name, features: features, featureShape: [featureColumns.count],
      featureNames: featureColumns.map { header[$0] }, categories: categories, target: targets)
    if count < rowCount {
      dataset.omission = "\(rowCount - count) of \(rowCount) rows have missing values and are left out"
      if case .classes(_, let names) = targets, isForTraining {
        let lost = omitted.subtracting(names).filter { !$0.isEmpty && !Self.missingMarkers.contains($0.lowercased()) }
        if !lost.isEmpty { dataset.omission? += ", all of the class \(lost.sorted().listed(atMost: 5)) among them" }
      }
    }
    return dataset
  }

  /// What takes in the categories of each categorical feature, by its index among the features.
  private func categoricalFeatures(
    _ header: [String], featureColumns: [Int]
  ) throws(DatasetError) -> [Int: TextCodes] {
    var codes: [Int: TextCodes] = [:]
    for name in options.categoricalColumns {
      let column = try index(of: name, in: header, purpose: "of categories")
      guard let feature = featureColumns.firstIndex(of: column) else {
        throw DatasetError(
          .noSuchColumn, "\(name.quoted) is to be categorical, but it is no feature: it is the target, or ignored",
          source: source, line: 1, column: column + 1)
      }
      codes[feature] = TextCodes()
    }
    return codes
  }

  private mutating func readHeader() throws(DatasetError) -> [String] {
    guard try tokenizer.next() else {
      throw DatasetError(.empty, "the file is empty; its first line must name the columns", source: source)
    }
    var header: [String] = []
    var columns: [String: Int] = [:]
    for column in tokenizer.fields.indices {
      let name = try trimmedText(column)
      guard !name.isEmpty else {
        throw DatasetError(
          .malformed, "the column has no name; name it in the header, and ignore it by that name if it is no feature",
          source: source, line: tokenizer.recordLine, column: column + 1)
      }
      if let earlier = columns.updateValue(column, forKey: name) {
        throw DatasetError(
          .duplicateColumn, "the name \(name.quoted) is column \(earlier + 1)'s, too", source: source,
          line: tokenizer.recordLine, column: column + 1)
      }
      header.append(name)
    }
    return header
  }

  private func index(of name: String, in header: [String], purpose: String) throws(DatasetError) -> Int {
    if let index = header.firstIndex(of: name) { return index }
    let nearest = NearestName.find(name, among: header)
    let hint = nearest.map { "did you mean \($0.quoted)?" } ?? "the columns are \(header.listed(atMost: 12))"
    throw DatasetError(
      .noSuchColumn, "there is no column \(name.quoted) \(purpose); \(hint)", source: source, line: 1)
  }

  private func checkWidth(_ width: Int) throws(DatasetError) {
    guard tokenizer.fields.count == width else {
      throw DatasetError(
        .raggedRow, "the row has \(tokenizer.fields.count) fields where the header has \(width)", source: source,
        line: tokenizer.recordLine)
    }
  }

  /// Whether no value of the row is missing.
  private func isComplete(
    _ header: [String], _ featureColumns: [Int], _ targetColumn: Int?, isForTraining: Bool
  ) throws(DatasetError) -> Bool {
    guard let column = (featureColumns + (targetColumn.map { [$0] } ?? [])).first(where: isMissing) else {
      return true
    }
    guard options.missingValues == .reject else { return false }
    throw DatasetError(
      .missingValue,
      "\(header[column].quoted) is missing; "
        + (isForTraining
          ? "fill it in, leave such rows out by 'missingValues: dropRows', or ignore the column"
          : "fill it in as for training, or take the row out of the file"),
      source: source,
      line: tokenizer.recordLine, column: column + 1)
  }

  private func isMissing(_ column: Int) -> Bool {
    let field = tokenizer.fields[column]
    let contents = DecimalNumber.trimmed(tokenizer.bytes[field.range])
    if contents.isEmpty { return true }
    // The longest marker has four letters; most fields are numbers and end here.
    guard !field.isQuoted, contents.count <= 4, let first = contents.first, first > UInt8(ascii: "9") else {
      return false
    }
    return Self.missingMarkers.contains { $0.utf8.elementsEqual(contents.lazy.map(Self.lowercased)) }
  }

  /// Markers of a missing value, in lower case; none begins with a digit, sign or point.
  private static let missingMarkers = ["na", "n/a", "nan", "null", "none", "?"]

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
  }

  private func number(_ column: Int, name: String) throws(DatasetError) -> Double {
    guard let value = DecimalNumber.parse(tokenizer.bytes[tokenizer.fields[column].range]) else {
      let text = try trimmedText(column)
      let spelling = text.lowercased().drop { $0 == "+" || $0 == "-" }
      let isInfinite = spelling == "inf" || spelling == "infinity"
      let isCommaDecimal =
        text.count { $0 == "," } == 1 && DecimalNumber.parse(Array(text.replacing(",", with: ".").utf8)[...]) != nil
      throw DatasetError(
        isInfinite ? .notFinite : .notANumber,
        isInfinite
          ? "\(name.quoted) is \(text), and features must be finite"
          : "\(name.quoted) is \(text.quoted), which is no number; "
            + (isCommaDecimal
              ? "write decimal points in place of commas"
              : "list the column under categoricalColumns if it holds categories, or under ignoredColumns"),
        source: source, line: tokenizer.recordLine, column: column + 1)
    }
    guard abs(value) <= SinglePrecision.largestMagnitude else {
      throw DatasetError(
        .notFinite,
        "\(name.quoted) is \(try trimmedText(column)), beyond ±\(SinglePrecision.largestMagnitude) and what 32-bit floating "
          + "point can standardize; scale the column down", source: source,
        line: tokenizer.recordLine, column: column + 1)
    }
    return value
  }

  private func trimmedText(_ column: Int) throws(DatasetError) -> String {
    let text = try tokenizer.text(column)
    return String(decoding: DecimalNumber.trimmed(Array(text.utf8)[...]), as: UTF8.self)
  }
}
