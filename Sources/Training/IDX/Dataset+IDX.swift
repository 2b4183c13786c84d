extension Dataset {
  /// Reads images and their labels from two IDX files, plain or compressed by gzip, as the MNIST family comes.
  ///
  /// - Parameters:
  ///   - images: A file of [N, H, W] or [N, H, W, C].
  ///   - labels: A file of [N] whole numbers from 0 on.
  ///   - name: The data set's name; without it, the images' file's.
  ///   - classes: The classes' names; without them, the numbers from 0 to the largest label.
  /// - Throws: `DatasetError` naming the file and what is wrong with it.
  public static func idx(
    images: String, labels: String, name: String? = nil, classes: [String]? = nil
  ) throws(DatasetError) -> Dataset {
    try Dataset(
      images: IDXArray(file: images), labels: IDXArray(file: labels), imageSource: images, labelSource: labels,
      name: name ?? RegularFile.name(of: images), classes: classes)
  }

  init(
    images: IDXArray, labels: IDXArray, imageSource: String, labelSource: String, name: String, classes: [String]?
  ) throws(DatasetError) {
    guard images.shape.count == 3 || images.shape.count == 4 else {
      throw DatasetError(
        .malformed, "it holds an array of \(images.shape); images have three axes, or four with channels",
        source: imageSource)
    }
    guard labels.shape == [images.shape[0]] else {
      throw DatasetError(
        .malformed, "it holds an array of \(labels.shape), but there are \(images.shape[0]) images", source: labelSource
      )
    }
    var numbers: [Int32] = []
    numbers.reserveCapacity(labels.elements.count)
    for (index, label) in labels.elements.enumerated() {
      guard label >= 0, label < 65536, label == label.rounded() else {
        throw DatasetError(
          .malformed,
          "label \(index) is \(label); labels are whole numbers from 0 to 65535, and values to predict come in CSV or NumPy's "
            + "files", source: labelSource)
      }
      numbers.append(Int32(label))
    }
    let names = classes ?? (0...(numbers.max() ?? 0)).map { String($0) }
    let shape = Array(images.shape.dropFirst()) + (images.shape.count == 3 ? [1] : [])
    try self.init(
      name: name, features: images.elements, featureShape: shape, target: .classes(labels: numbers, names: names))
  }
}
