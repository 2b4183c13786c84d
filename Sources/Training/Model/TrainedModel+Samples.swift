extension TrainedModel {
  /// Reads samples for the model from arrays that NumPy saved.
  ///
  /// - Parameters:
  ///   - features: The samples' features as they come, of the shapes that ``NumpyData`` takes.
  ///   - target: One number a sample: the value, or the class by its name where the names of all classes are numbers, else
  ///     by its place in their order. Without it each sample has a value of 0.
  /// - Throws: `DatasetError` naming the file and what is wrong with it.
  package func samples(features: NumpyData.Place, target: NumpyData.Place?) throws(DatasetError) -> Dataset {
    let samples = try NumpyData.features(features)
    guard let target else { return samples }
    return try samples.with(self.target.targets(of: try NumpyData.column(target), source: "\(target)"))
  }

  /// Reads samples for the model from IDX files, plain or compressed by gzip.
  ///
  /// - Parameters:
  ///   - images: A file of [N, H, W] or [N, H, W, C].
  ///   - labels: A file of [N] numbers, with the meaning as above; without it each sample has a value of 0.
  /// - Throws: `DatasetError` naming the file and what is wrong with it.
  package func samples(images: String, labels: String?) throws(DatasetError) -> Dataset {
    let array = try IDXArray(file: images)
    guard array.shape.count == 3 || array.shape.count == 4 else {
      throw DatasetError(
        .malformed, "it holds an array of \(array.shape); images have three axes, or four with channels", source: images
      )
    }
    let samples = try Dataset(
      name: RegularFile.name(of: images), features: array.elements,
      featureShape: Array(array.shape.dropFirst()) + (array.shape.count == 3 ? [1] : []),
      target: .values(Array(repeating: 0, count: array.shape[0])))
    guard let labels else { return samples }
    let numbers = try IDXArray(file: labels)
    guard numbers.shape.count == 1 else {
      throw DatasetError(
        .malformed, "it holds an array of \(numbers.shape); a target is one number a sample", source: labels)
    }
    return try samples.with(target.targets(of: numbers.elements, source: labels))
  }
}

extension Dataset {
  /// The samples with other targets.
  fileprivate func with(_ target: Target) throws(DatasetError) -> Dataset {
    guard target.count == count else {
      throw DatasetError(.raggedRow, "it has \(count) samples, but there are \(target.count) targets", source: name)
    }
    return try Dataset(
      name: name, features: features, featureShape: featureShape, featureNames: featureNames, categories: categories,
      target: target)
  }
}

extension TrainedModel.Target {
  /// Whether the names of all classes are whole numbers, so that numbers in arrays of targets are these names.
  package var hasNumberedClasses: Bool {
    guard case .classes(let names) = self else { return false }
    return names.allSatisfy { Int($0) != nil }
  }

  /// What the numbers of an array say: values, or classes.
  fileprivate func targets(of numbers: [Float], source: String) throws(DatasetError) -> Dataset.Target {
    guard case .classes(let names) = self else { return .values(numbers) }
    let places = hasNumberedClasses ? names.map { Float($0) ?? -1 } : names.indices.map { Float($0) }
    let labels = Dictionary(zip(places, Int32(0)...), uniquingKeysWith: { first, _ in first })
    var found: [Int32] = []
    found.reserveCapacity(numbers.count)
    for (index, number) in numbers.enumerated() {
      guard let label = labels[number] else {
        throw DatasetError(
          .malformed,
          "target \(index) is \(number), and the model knows "
            + (hasNumberedClasses ? names.listed(atMost: 10) : "\(names.count) classes, the numbers from 0 on"),
          source: source)
      }
      found.append(label)
    }
    return .classes(labels: found, names: names)
  }
}
