import Execution
import Testing

@testable import Training

@Suite("Augmented images")
struct AugmentationTests {
  /// Images of 5 by 4 pixels with 2 channels, standardized by hand: all pixels differ.
  private func data() throws -> DatasetSplits {
    let count = 6
    let features = (0..<count * 40).map { Float($0 + 1) }
    let all = try Dataset(
      name: "images", features: features, featureShape: [5, 4, 2],
      target: .classes(labels: [0, 1, 0, 1, 0, 1], names: ["a", "b"]))
    return DatasetSplits(
      training: all, validation: all, test: all,
      indices: DatasetSplits.Indices(training: [], validation: [], test: []),
      standardization: Standardization(means: [10, -4], deviations: [2, 8]))
  }

  private func images(
    _ augmentation: Augmentation, _ data: DatasetSplits, epochs: Range<Int>, seed: UInt64 = 1
  ) throws -> [(sample: Int, original: [Float], image: [Float])] {
    let augmenter = try #require(try ImageAugmenter(augmentation, of: data, seed: seed))
    return epochs.flatMap { epoch in
      (0..<data.training.count).map { sample in
        let original = Array(data.training.features[sample * 40..<(sample + 1) * 40])
        var image = [Float](repeating: .nan, count: 40)
        image.withUnsafeMutableBufferPointer { buffer in
          original.withUnsafeBufferPointer {
            guard let from = $0.baseAddress, let to = buffer.baseAddress else { return }
            augmenter.write(from, sample: sample, epoch: epoch, into: to)
          }
        }
        return (sample, original, image)
      }
    }
  }

  @Test("are shifted by every distance, and what comes in is black after standardization")
  func shift() throws {
    var shifts: Set<[Int]> = []
    for (_, original, image) in try images(Augmentation(shift: 2), data(), epochs: 0..<60) {
      var fitting: [[Int]] = []
      for down in -2...2 {
        for right in -2...2 {
          let expected = (0..<40).map { index in
            let (y, x, c) = (index / 8 - down, index / 2 % 4 - right, index % 2)
            return (0..<5).contains(y) && (0..<4).contains(x) ? original[(y * 4 + x) * 2 + c] : [-5, 0.5][c]
          }
          if expected == image { fitting.append([down, right]) }
        }
      }
      #expect(fitting.count == 1)
      shifts.formUnion(fitting)
    }
    #expect(shifts.count == 25)
  }

  @Test("are mirrored half of the time in the directions asked for", arguments: Augmentation.Flip.allCases.dropFirst())
  func flip(_ flip: Augmentation.Flip) throws {
    var counts: [Int: Int] = [:]
    for (_, original, image) in try images(Augmentation(flip: flip), data(), epochs: 0..<200) {
      let kind = (0..<4).first { kind in
        (0..<40).allSatisfy { index in
          let (y, x, c) = (index / 8, index / 2 % 4, index % 2)
          return image[index] == original[((kind & 1 == 1 ? 4 - y : y) * 4 + (kind & 2 == 2 ? 3 - x : x)) * 2 + c]
        }
      }
      counts[try #require(kind), default: 0] += 1
    }
    let allowed = [Augmentation.Flip.horizontal: [0, 2], .vertical: [0, 1], .both: [0, 1, 2, 3]][flip] ?? []
    #expect(Set(counts.keys) == Set(allowed))
    // 1200 images; five deviations of the binomial distribution.
    #expect(counts.values.allSatisfy { abs(Double($0) - 1200 / Double(allowed.count)) < 90 }, "\(counts)")
  }

  @Test("lose a square around a pixel, cut at the border")
  func cutout() throws {
    var sizes: Set<Int> = []
    for (_, original, image) in try images(Augmentation(cutout: 3), data(), epochs: 0..<60) {
      let places = (0..<20).filter { image[2 * $0] == 0 && image[2 * $0 + 1] == 0 }
      #expect((0..<20).allSatisfy { places.contains($0) || image[2 * $0] == original[2 * $0] })
      let (rows, columns) = (Set(places.map { $0 / 4 }), Set(places.map { $0 % 4 }))
      #expect(places.count == rows.count * columns.count)
      #expect((2...3).contains(rows.count) && (2...3).contains(columns.count))
      sizes.insert(places.count)
    }
    #expect(sizes == [4, 6, 9])
  }

  @Test("depend on seed, sample and epoch alone")
  func determinism() throws {
    let (data, all) = (try data(), Augmentation(shift: 1, flip: .both, cutout: 2))
    let first = try images(all, data, epochs: 3..<5).map(\.image)
    #expect(try images(all, data, epochs: 3..<5).map(\.image) == first)
    #expect(try images(all, data, epochs: 3..<5, seed: 2).map(\.image) != first)
    #expect(first[0..<6] != first[6..<12])
  }

  @Test("train bit for bit alike after a checkpoint, and differently from plain ones")
  func resuming() throws {
    let dataset = try EmbeddedDataset.digits.load().subset(Array(0..<300))
    let data = try dataset.split(seed: 1).standardized()
    var options = TrainingOptions(batchSize: 32, epochs: 3, seed: 1)
    options.augmentation = Augmentation(shift: 1, flip: .horizontal, cutout: 2)
    func trainer() throws -> Trainer {
      try Trainer(MultilayerPerceptron(hiddenUnits: [8]), data: data, options: options)
    }
    let whole = try CheckpointTests.finish(trainer())
    for stop in [1, 4, 5, 7, 9] {
      let interrupted = try trainer()
      var steps = 0
      _ = try? interrupted.train(afterStep: {
        steps += 1
        if steps == stop { throw CheckpointTests.Interruption() }
      })
      let resumed = try trainer()
      try resumed.restore(interrupted.checkpoint())
      #expect(try CheckpointTests.finish(resumed) == whole, "after \(stop) steps")
    }
    options.augmentation = Augmentation()
    #expect(try CheckpointTests.finish(trainer()) != whole)
  }

  @Test("are refused for tables, and where a shift leaves nothing of the image")
  func refusals() throws {
    let data = try data()
    let shift = #expect(throws: TrainingError.self) { try ImageAugmenter(Augmentation(shift: 4), of: data, seed: 0) }
    #expect(shift?.code == .invalidOption)
    let table = #expect(throws: TrainingError.self) {
      try ImageAugmenter(Augmentation(cutout: 1), of: TrainerTests.moons(), seed: 0)
    }
    #expect(table?.code == .dataMismatch)
    #expect(try ImageAugmenter(Augmentation(), of: TrainerTests.moons(), seed: 0) == nil)
  }
}
