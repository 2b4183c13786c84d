/// The target column of a CSV file while it is read: numbers, classes, or both until it is known which.
struct CSVTargetColumn {
  /// The most distinct whole numbers that are taken as classes where nobody says whether they are.
  static let maximumInferredClasses = 20

  private let name: String
  private let number: Int
  private let source: String
  private let task: DatasetTask?
  private let maximumClasses: Int

  private var values: [Double] = []
  private var firstText: (text: String, line: Int)?
  private var firstInfinite: (text: String, line: Int)?
  private var hasFraction = false
  private var labels: [Int32] = []
  private var classes: [String: Int32] = [:]
  private var exceedsClasses = false

  init(name: String, number: Int, source: String, task: DatasetTask?, maximumClasses: Int) {
    self.name = name
    self.number = number
    self.source = source
    self.task = task
    self.maximumClasses = maximumClasses
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
    if !Float(value).isFinite, firstInfinite == nil { firstInfinite = (text, line) }
    if value != value.rounded() { hasFraction = true }
    values.append(value)
  }

  private mutating func appendClass(_ text: String, line: Int) throws(DatasetError) {
    if let label = classes[text] {
      labels.append(label)
      return
    }
    guard classes.count < maximumClasses else {
      // Numbers of many kinds may still be values to predict; texts cannot.
      guard task == nil, firstText == nil else { throw tooManyClasses(line: line) }
      exceedsClasses = true
      labels = []
      return
    }
    let label = Int32(classes.count)
    classes[text] = label
    labels.append(label)
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
    let hasFewWholeNumbers = !hasFraction && !exceedsClasses && classes.count <= Self.maximumInferredClasses
    let isClassification = task == .classification || task == nil && (firstText != nil || hasFewWholeNumbers)
    guard isClassification else {
      if let firstInfinite {
        throw DatasetError(
          .notFinite, "the target \(name.quoted) is \(firstInfinite.text), beyond 32-bit floating point",
          source: source, line: firstInfinite.line, column: number)
      }
      return .values(values.map { Float($0) })
    }

    guard classes.count > 1 else {
      throw DatasetError(
        .singleClass,
        "the target \(name.quoted) is \(classes.keys.first?.quoted ?? "") in every row; there is nothing to tell apart",
        source: source, column: number)
    }
    let order = ordered(Array(classes.keys))
    var rank = [Int32](repeating: 0, count: order.count)
    for (index, text) in order.enumerated() {
      rank[Int(classes[text, default: 0])] = Int32(index)
    }
    return .classes(labels: labels.map { rank[Int($0)] }, names: order)
  }

  private func ordered(_ names: [String]) -> [String] {
    let numbers = names.map { DecimalNumber.parse(Array($0.utf8)[...]) }
    let pairs = zip(names, numbers)
    let areNumbers = numbers.allSatisfy { $0 != nil }
    return
      pairs
      .sorted { first, second in
        if areNumbers, let one = first.1, let other = second.1, one != other { return one < other }
        return first.0.unicodeScalars.lexicographicallyPrecedes(second.0.unicodeScalars)
      }
      .map { $0.0 }
  }
}
