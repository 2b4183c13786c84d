import Dispatch
import Synchronization
import Testing

@testable import Training

@Suite("Folds of a cross-validation")
struct FoldsTests {
  @Test(
    "share no sample, together are all but the test part, and keep the classes' proportions", arguments: [2, 5, 10])
  func partition(_ count: Int) throws {
    let digits = try EmbeddedDataset.digits.load()
    for seed in UInt64(0)..<5 {
      let folds = try digits.folds(count, test: 0.2, seed: seed)
      #expect(folds.count == count)
      let test = Set(folds[0].indices.test)
      #expect(folds.allSatisfy { Set($0.indices.test) == test && $0.test == folds[0].test })
      var validated: [Int] = []
      for fold in folds {
        validated += fold.indices.validation
        #expect(
          (fold.indices.validation + fold.indices.training + fold.indices.test).sorted() == Array(0..<digits.count))
        #expect(fold.validation == digits.subset(fold.indices.validation))
      }
      #expect(Set(validated).count == validated.count && validated.count == digits.count - test.count)
      let sizes = folds.map(\.validation.count)
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
      for label in Int32(0)..<10 {
        let counts = folds.map { fold in Self.labels(fold.validation).filter { $0 == label }.count }
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
      }
    }
  }

  @Test("are gathered where they are asked for, as all of them at once are, and shared as long as they are held")
  func parts() throws {
    let digits = try EmbeddedDataset.digits.load()
    let folds = try digits.folds(3, test: 0.2, seed: 4)
    let indices = try digits.foldIndices(3, test: 0.2, seed: 4)
    for isKept in [false, true] {
      let parts = DatasetParts(of: digits, at: indices, test: nil, mostKeptBytes: isKept ? .max : 0)
      #expect(parts.count == 3)
      for (number, fold) in folds.enumerated() {
        #expect(parts.raw(number) == fold)
        weak var earlier: DatasetParts.Split?
        do {
          let split = parts.standardized(number)
          earlier = split
          #expect(split.data == fold.standardized())
          let others = Mutex<[DatasetParts.Split]>([])
          DispatchQueue.concurrentPerform(iterations: 4) { _ in
            let other = parts.standardized(number)
            others.withLock { $0.append(other) }
          }
          #expect(others.withLock { $0.allSatisfy { $0 === split } })
        }
        #expect((earlier != nil) == isKept)
      }
    }
    // The only split is needed again and again.
    let single = DatasetParts(of: digits, at: [indices[0]], test: nil, mostKeptBytes: 0)
    weak let only = single.standardized(0)
    #expect(only != nil)
  }

  private static func labels(_ dataset: Dataset) -> [Int32] {
    if case .classes(let labels, _) = dataset.target { labels } else { [] }
  }

  @Test("are the same for the same seed and others for another") func seeds() throws {
    let digits = try EmbeddedDataset.digits.load()
    #expect(try digits.folds(4, seed: 1) == digits.folds(4, seed: 1))
    #expect(try digits.folds(4, seed: 1)[0].indices != digits.folds(4, seed: 2)[0].indices)
  }

  @Test("train on a class of a single sample in every split, and divide values as they come") func small() throws {
    let names = ["a", "b"]
    let lone = try Dataset(
      name: "lone", features: Array(repeating: 1, count: 9), featureShape: [1],
      target: .classes(labels: [0, 0, 0, 0, 0, 0, 0, 0, 1], names: names))
    for fold in try lone.folds(3, test: 0.2, seed: 0) where Self.labels(fold.test).allSatisfy({ $0 == 0 }) {
      #expect(Self.labels(fold.training).contains(1) && !Self.labels(fold.validation).contains(1))
    }
    let values = try Dataset(
      name: "values", features: (0..<10).map { Float($0) }, featureShape: [1],
      target: .values((0..<10).map { Float($0) }))
    #expect(try values.folds(4, test: 0.2, seed: 0).map(\.validation.count) == [2, 2, 2, 2])
  }

  @Test("are refused where there are too few samples or numbers are out of range") func refusals() throws {
    let values = try Dataset(
      name: "values", features: [1, 2, 3, 4, 5], featureShape: [1], target: .values([1, 2, 3, 4, 5]))
    for (count, test) in [(1, 0.2), (0, 0.2), (5, 0.2), (2, 0), (2, 1), (-3, 0.5)] {
      let error = #expect(throws: DatasetError.self) { try values.folds(count, test: test, seed: 0) }
      #expect(error?.code == .invalidSplit)
    }
    let digits = try EmbeddedDataset.digits.load()
    #expect(throws: DatasetError.self) { try values.folds(2, test: digits, seed: 0) }
    #expect(try digits.folds(2, test: digits, seed: 0)[1].test == digits)
  }
}
