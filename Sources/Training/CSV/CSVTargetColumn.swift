/// The target column of a CSV file while it is read: numbers, classes, or both until it is known which.
struct CSVTargetColumn {
  /// The most distinct whole numbers that are taken as classes where nobody says whether they are.
  static let maximumInferredClasses = 20

  private let name: String
  private let number: Int
  private let source: String
  private let task: DatasetTask?
  private let maximumClasses: Int
  private let isForTraining: Bool

  private var values: [Double] = []
  private var precision = SinglePrecision()
  private var firstText: (text: String, line: Int)?
  private var firstInfinite: (text: String, line: Int)?
  private var hasFraction = false
  private var classes = TextCodes()
  private var firstClass = ""
  private var exceedsClasses = false

  init(
    name: String, number: Int, source: String, task: DatasetTask?, maximumClasses: Int, isForTraining: Bool = true
  ) {
    self.name = name
    self.number = number
    self.source = source
    self.task = task
    self.maximumClasses = maximumClasses
    self.isForTraining = isForTraining
  }

  /// The number of targets read.
  private(set) var count = 0

  /// Takes the target of one more row.
  mutating func append(_ text: String, line: Int) throws(DatasetError) {
    count += 1
    if task != .classification { try appendNumber(text, line: line) }
    if task != .regression, !exceedsClasses { try appendClass(text, line: line) }
  }

  private mutating func appendNumber(_ text: String, line: Int) throws(DatasetError) {
    guard firstText == nil else { return }
    guard let value = DecimalNumber.parse(Array(text.utf8)[...]) else {
      if task == .regression {
        throw DatasetError(
          .notANumber, "the target \(name.quoted) is \(text.quoted), which is no number", source: source, line: line,
          column: number)
      }
      if exceedsClasses { throw tooManyClasses(line: line) }
      firstText = (text, line)
      values = []
      return
    }
    if abs(value) > SinglePrecision.largestMagnitude, firstInfinite == nil { firstInfinite = (text, line) }
    if value != value.rounded() { hasFraction = true }
    values.append(value)
    precision.append(value)
  }

  private mutating func appendClass(_ text: String, line: Int) throws(DatasetError) {
    if count == 1 { firstClass = text }
    guard !classes.append(text, atMost: maximumClasses) else { return }
    // Numbers of many kinds may still be values to predict; texts cannot.
    guard task == nil, firstText == nil else { throw tooManyClasses(line: line) }
    exceedsClasses = true
  }

  private func tooManyClasses(line: Int) -> DatasetError {
    DatasetError(
      .tooManyClasses,
      "the target \(name.quoted) has more than \(maximumClasses) classes; is it an identifier, or a value to predict?",
      source: source, line: line, column: number)
  }

  /// The target, its classes in order: by value where all of them are numbers, else by their characters' code points.
  ///
  /// Without a task the target is classes where one of its fields is no number, or where all are whole numbers of at
  /// most ``maximumInferredClasses`` kinds; else it is values.
  func finished() throws(DatasetError) -> Dataset.Target {
    let hasFewWholeNumbers = !hasFraction && !exceedsClasses && classes.textCount <= Self.maximumInferredClasses
    let isClassification = task == .classification || task == nil && (firstText != nil || hasFewWholeNumbers)
    guard isClassification else {
      if let firstInfinite {
        throw DatasetError(
          .notFinite,
          "the target \(name.quoted) is \(firstInfinite.text), beyond ±\(SinglePrecision.largestMagnitude) and what 32-bit "
            + "floating point can standardize; scale the column down",
          source: source, line: firstInfinite.line, column: number)
      }
      if isForTraining, let loss = precision.loss(of: "the target \(name.quoted)") {
        throw DatasetError(.tooFine, loss, source: source, column: number)
      }
      return .values(values.map { Float($0) })
    }

    guard classes.textCount > 1 || !isForTraining else {
      throw DatasetError(
        .singleClass,
        "the target \(name.quoted) is \(firstClass.quoted) in every row; there is nothing to tell apart",
        source: source, column: number)
    }
    let (labels, names) = classes.finished()
    return .classes(labels: labels, names: names)
  }
}
