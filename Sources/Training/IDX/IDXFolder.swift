/// A folder with the four files of the MNIST family: images and labels for training and for the test.
public struct IDXFolder: Sendable, Hashable {
  /// The folder.
  public let path: String
  /// The name under which messages speak of the data set.
  public let name: String
  /// The classes' names; nil for their numbers.
  public let classes: [String]?

  /// Describes a folder.
  public init(path: String, name: String? = nil, classes: [String]? = nil) {
    self.path = path
    self.name = name ?? RegularFile.name(of: path)
    self.classes = classes
  }

  /// Fashion-MNIST (Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747): 60,000 and 10,000 images of 28 by 28 pixels in ten
  /// classes, where Debian's package `dataset-fashion-mnist` installs it.
  public static let fashionMNIST = IDXFolder(
    path: "/usr/share/datasets/fashion-mnist", name: "fashion-mnist",
    classes: [
      "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ])

  /// Reads `train-images-idx3-ubyte` and its like, with or without `.gz`.
  ///
  /// - Throws: `DatasetError`; where a file is missing, it tells what is expected.
  public func load() throws(DatasetError) -> (training: Dataset, test: Dataset) {
    let labels = (training: try file("train-labels-idx1-ubyte"), test: try file("t10k-labels-idx1-ubyte"))
    var classes = classes
    if classes == nil {
      // Either part may lack the largest label.
      let largest = [try IDXArray(file: labels.training), try IDXArray(file: labels.test)].compactMap {
        $0.elements.max()
      }
      classes = largest.max().flatMap { $0 >= 0 && $0 < 65536 ? (0...Int($0)).map(String.init) : nil }
    }
    let training = try Dataset.idx(
      images: try file("train-images-idx3-ubyte"), labels: labels.training, name: name, classes: classes)
    if case .classes(let numbers, let names) = training.target, let first = numbers.first,
      numbers.allSatisfy({ $0 == first })
    {
      throw DatasetError(
        .singleClass, "every label is \(names[Int(first)]); there is nothing to tell apart", source: labels.training)
    }
    return (
      training,
      try Dataset.idx(images: try file("t10k-images-idx3-ubyte"), labels: labels.test, name: name, classes: classes)
    )
  }

  /// The files of the names that are read.
  package var files: [String] {
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]
      .flatMap(candidates)
  }

  private func candidates(_ name: String) -> [String] { ["\(path)/\(name)", "\(path)/\(name).gz"] }

  private func file(_ name: String) throws(DatasetError) -> String {
    for candidate in candidates(name) where RegularFile.exists(candidate) { return candidate }
    let hint =
      self == .fashionMNIST
      ? "install Debian's package dataset-fashion-mnist, or name a folder that has the files: data: {idx: FOLDER}"
      : "the folder must hold images and labels named as MNIST's are, for train and for t10k"
    throw DatasetError(.unreadableFile, "there is neither \(name) nor \(name).gz in it; \(hint)", source: path)
  }
}
