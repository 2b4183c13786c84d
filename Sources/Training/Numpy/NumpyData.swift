import Spelling

/// A data set in arrays as NumPy saves them, single ones (NPY) or several in one archive (NPZ).
///
///     let data = NumpyData(
///       features: .member("x", of: "digits.npz"), target: .member("y", of: "digits.npz"), task: .classification)
///     let (samples, test) = try data.load()
public struct NumpyData: Sendable, Hashable {
  /// Where an array is.
  public enum Place: Sendable, Hashable, CustomStringConvertible {
    /// In a file of its own.
    case file(String)
    /// A member of an archive, without the `.npy` behind its name.
    case member(String, of: String)

    /// The path, and the name of the member.
    public var description: String {
      switch self {
      case .file(let path): path
      case .member(let name, let path): "\(path): \(name)"
      }
    }
  }

  /// The most classes of a target.
  public static let largestClassCount = 1_000

  /// An array of [N] or [N, width] for a table, [N, height, width] or [N, height, width, channels] for images.
  public var features: Place
  /// An array of [N] or [N, 1].
  public var target: Place
  /// Features of samples for the test, where they come with the data.
  public var testFeatures: Place?
  /// Their targets.
  public var testTarget: Place?
  /// Whether the target is classes, which are whole numbers, or values.
  public var task: DatasetTask

  /// Describes a data set.
  public init(
    features: Place, target: Place, testFeatures: Place? = nil, testTarget: Place? = nil, task: DatasetTask
  ) {
    self.features = features
    self.target = target
    self.testFeatures = testFeatures
    self.testTarget = testTarget
    self.task = task
  }

  /// Reads the arrays.
  ///
  /// Classes are the distinct numbers of both targets in order, named by their digits.
  ///
  /// - Throws: `DatasetError` naming the file and what is wrong with it.
  public func load() throws(DatasetError) -> (samples: Dataset, test: Dataset?) {
    let name = RegularFile.name(of: path(of: features))
    var arrays = Arrays()
    let targets = try Self.column(target, of: &arrays, isForTraining: task == .regression)
    let testTargets: [Float]? = if let testTarget { try Self.column(testTarget, of: &arrays) } else { nil }
    var classes: [Float]?
    if task == .classification {
      classes = try Self.classes(targets, source: "\(target)")
      if let testTargets, let testTarget {
        classes = Array(
          Set(classes ?? []).union(try Self.classes(testTargets, source: "\(testTarget)"))
        ).sorted()
      }
    }
    let samples = try dataset(features, of: &arrays, targets, classes, isForTraining: true, name: name)
    guard let testFeatures, let testTargets else { return (samples, nil) }
    return (samples, try dataset(testFeatures, of: &arrays, testTargets, classes, isForTraining: false, name: name))
  }

  /// Reads an array of features alone; every sample has a value of 0.
  ///
  /// - Throws: `DatasetError`.
  public static func features(_ place: Place) throws(DatasetError) -> Dataset {
    var arrays = Arrays()
    let array = try arrays.read(place)
    return try Dataset(
      name: "\(place)", features: array.elements, featureShape: try sampleShape(array, place),
      target: .values(Array(repeating: 0, count: array.shape.first ?? 1)))
  }

  private func dataset(
    _ place: Place, of arrays: inout Arrays, _ targets: [Float], _ classes: [Float]?, isForTraining: Bool, name: String
  ) throws(DatasetError) -> Dataset {
    let array = try arrays.read(place)
    if isForTraining, let loss = array.loss { throw DatasetError(.tooFine, loss, source: "\(place)") }
    let shape = try Self.sampleShape(array, place)
    guard array.shape[0] == targets.count else {
      throw DatasetError(
        .raggedRow, "it has \(array.shape[0]) samples, but there are \(targets.count) targets", source: "\(place)")
    }
    let target: Dataset.Target
    if let classes {
      let labels = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, Int32($0)) })
      target = .classes(labels: targets.map { labels[$0] ?? 0 }, names: classes.map { String(Int($0)) })
    } else {
      target = .values(targets)
    }
    return try Dataset(name: name, features: array.elements, featureShape: shape, target: target)
  }

  /// The shape of one sample of an array of them.
  private static func sampleShape(_ array: NPYArray, _ place: Place) throws(DatasetError) -> [Int] {
    switch array.shape.count {
    case 1: return [1]
    case 2, 4: return Array(array.shape.dropFirst())
    case 3: return Array(array.shape.dropFirst()) + [1]
    default:
      throw DatasetError(
        .malformed,
        "it holds an array of \(array.shape); tables are [N, width], images [N, height, width] or [N, height, width, "
          + "channels]", source: "\(place)")
    }
  }

  /// One number a sample, of an array by itself.
  static func column(_ place: Place) throws(DatasetError) -> [Float] {
    var arrays = Arrays()
    return try column(place, of: &arrays)
  }

  /// One number a sample.
  ///
  /// - Parameters:
  ///   - arrays: What reads it.
  ///   - isForTraining: Whether numbers are refused that floats cannot tell apart.
  private static func column(
    _ place: Place, of arrays: inout Arrays, isForTraining: Bool = false
  ) throws(DatasetError) -> [Float] {
    let array = try arrays.read(place)
    if isForTraining, let loss = array.loss { throw DatasetError(.tooFine, loss, source: "\(place)") }
    guard array.shape.count == 1 || array.shape.count == 2 && array.shape[1] == 1 else {
      throw DatasetError(
        .malformed, "it holds an array of \(array.shape); a target is one number a sample, [N] or [N, 1]",
        source: "\(place)")
    }
    return array.elements
  }

  /// The distinct class numbers in order.
  private static func classes(_ targets: [Float], source: String) throws(DatasetError) -> [Float] {
    // A float tells whole numbers apart up to 2²⁴.
    if let index = targets.firstIndex(where: { !($0.isFinite && $0 == $0.rounded() && abs($0) < 0x1p24) }) {
      throw DatasetError(
        .malformed,
        "target \(index) is \(targets[index]), and classes are whole numbers; for values, write 'task: regression'",
        source: source)
    }
    let classes = Set(targets)
    guard classes.count <= largestClassCount else {
      throw DatasetError(
        .tooManyClasses, "it has \(classes.count) different classes, more than \(largestClassCount); is it a value?",
        source: source)
    }
    guard classes.count > 1 else {
      throw DatasetError(.singleClass, "every target is \(targets[0]); there is nothing to tell apart", source: source)
    }
    return classes.sorted()
  }

  /// Reads arrays, and an archive that several of them lie in once.
  private struct Arrays {
    private var last: (path: String, archive: ZipArchive)?

    mutating func read(_ place: Place) throws(DatasetError) -> NPYArray {
      switch place {
      case .file(let path): return try NPYArray(file: path)
      case .member(let name, let path):
        let archive = try archive(path)
        guard let contents = try archive.contents(of: "\(name).npy") else {
          throw DatasetError(
            .noSuchColumn,
            "there is no array \(name.quoted) in it; \(NearestName.hint(for: name, among: archive.arrayNames))",
            source: path)
        }
        return try NPYArray(bytes: contents[...], source: "\(path): \(name)")
      }
    }

    private mutating func archive(_ path: String) throws(DatasetError) -> ZipArchive {
      if let last, last.path == path { return last.archive }
      let archive = try ZipArchive(file: path)
      last = (path, archive)
      return archive
    }
  }

  /// The names of the arrays in an archive.
  ///
  /// - Throws: `DatasetError` where the file is no archive.
  package static func names(inArchive path: String) throws(DatasetError) -> [String] {
    try ZipArchive(file: path).arrayNames
  }

  private func path(of place: Place) -> String {
    switch place {
    case .file(let path): path
    case .member(_, let path): path
    }
  }
}

extension ZipArchive {
  /// Reads an archive of arrays.
  fileprivate init(file path: String) throws(DatasetError) {
    let bytes = try RegularFile.read(path, atMost: NPYArray.largestByteCount)
    try self.init(bytes: bytes, source: path, limit: NPYArray.largestByteCount)
  }

  /// The names of the arrays in it.
  fileprivate var arrayNames: [String] { names.filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) } }
}
