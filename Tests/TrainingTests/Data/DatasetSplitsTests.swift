import Testing

@testable import Training

@Suite("Splitting a data set")
struct DatasetSplitsTests {
  /// Samples whose only feature is their index, in classes of the given sizes, mixed.
  func samples(_ sizes: [Int]) throws -> Dataset {
    var labels = sizes.enumerated().flatMap { [Int32](repeating: Int32($0.offset), count: $0.element) }
    var generator = RandomStream(seed: 3, purpose: .order)
    generator.shuffle(&labels)
    return try Dataset(
      name: "samples", features: labels.indices.map { Float($0) }, featureShape: [1],
      target: .classes(labels: labels, names: sizes.indices.map { "class \($0)" }))
  }

  func classCounts(_ dataset: Dataset) -> [Int] {
    guard case .classes(let labels, let names) = dataset.target else { return [] }
    return names.indices.map { name in labels.count { $0 == name } }
  }

  @Test("uses each sample once", arguments: [1, 2, 3] as [UInt64])
  func partition(seed: UInt64) throws {
    let splits = try EmbeddedDataset.digits.load().split(seed: seed)
    let indices = splits.indices
    #expect((indices.training + indices.validation + indices.test).sorted() == Array(0..<1797))
    #expect(indices.validation.count == 359 && indices.test.count == 359)
    #expect(splits.training.count == 1079)
  }

  @Test("keeps features and labels together")
  func rows() throws {
    let digits = try EmbeddedDataset.digits.load()
    let splits = try digits.split(seed: 4)
    #expect(splits.test == digits.subset(splits.indices.test))
    guard case .classes(let all, _) = digits.target, case .classes(let labels, _) = splits.test.target else {
      Issue.record("the target is of another kind")
      return
    }
    for (position, index) in splits.indices.test.enumerated() {
      #expect(labels[position] == all[index])
      #expect(
        splits.test.features[position * 64..<position * 64 + 64] == digits.features[index * 64..<index * 64 + 64])
    }
  }

  @Test(
    "keeps the classes' proportions to one sample",
    arguments: [[100, 100], [500, 50, 5], [178, 182, 177, 183, 181, 182, 181, 179, 174, 180], [3, 997]])
  func stratified(sizes: [Int]) throws {
    let splits = try samples(sizes).split(validation: 0.2, test: 0.15, seed: 11)
    for (size, count) in zip(sizes, classCounts(splits.validation)) {
      #expect(abs(Double(count) - 0.2 * Double(size)) <= 1.2, "of \(size)")
    }
    for (size, count) in zip(sizes, classCounts(splits.test)) {
      #expect(abs(Double(count) - 0.15 * Double(size)) <= 1.2, "of \(size)")
    }
  }

  @Test("leaves a sample of each class to training, however rare the class", arguments: 0..<20 as Range<UInt64>)
  func rare(seed: UInt64) throws {
    let splits = try samples([1, 2, 60, 1]).split(validation: 0.4, test: 0.4, seed: seed)
    #expect(classCounts(splits.training).allSatisfy { $0 >= 1 })
  }

  @Test("depends on the seed alone")
  func seeds() throws {
    let dataset = try samples([40, 60])
    let first = try dataset.split(seed: 1).indices
    #expect(try dataset.split(seed: 1).indices == first)
    #expect(try dataset.split(seed: 2).indices != first)
  }

  @Test("gives these samples on every machine")
  func golden() throws {
    let splits = try samples([12, 8]).split(seed: 42)
    #expect(splits.indices.validation == [2, 3, 13, 15])
    #expect(splits.indices.test == [1, 7, 8, 10])
  }

  @Test("of values needs no classes")
  func values() throws {
    let dataset = try Dataset(
      name: "line", features: (0..<10).map { Float($0) }, featureShape: [1],
      target: .values((0..<10).map { Float($0) }))
    let splits = try dataset.split(seed: 0)
    #expect(splits.training.count == 6 && splits.validation.count == 2 && splits.test.count == 2)
    #expect((splits.training.features + splits.validation.features + splits.test.features).sorted() == dataset.features)
  }

  @Test(
    "refuses fractions that leave no three parts",
    arguments: [(0, 0.2), (0.2, 0), (0.5, 0.5), (-0.1, 0.3), (0.9, 0.2), (.nan, 0.2), (0.001, 0.2)])
  func invalid(validation: Double, test: Double) throws {
    let dataset = try samples([10, 10])
    let error = #expect(throws: DatasetError.self) { try dataset.split(validation: validation, test: test, seed: 0) }
    #expect(error?.code == .invalidSplit)
  }
}
