import Dispatch
import Execution
import Glibc
import Graphs
import Training

/// What of a step it takes to prepare its batch, on the thread that trains and on another, with and without augmentation.
struct BatchPreparationTimes {
  private let network: BenchmarkNetwork
  private let batchSize: Int
  private let data: DatasetSplits

  /// Makes data like those that the network is for: 50 MB of them, more than caches hold; 1,257 of 64 features, as in the
  /// digits.
  init(_ network: BenchmarkNetwork, batchSize: Int) throws {
    self.network = network
    self.batchSize = batchSize
    let width = network.sample.reduce(1, *)
    let count = width == 64 ? 1257 : 12_500_000 / width
    let samples = try Dataset(
      name: "samples", features: (0..<count * width).map { Float($0 % 251) / 251 }, featureShape: network.sample,
      target: .classes(
        labels: (0..<count).map { Int32($0 % network.classes) }, names: (0..<network.classes).map(String.init)))
    // The epochs are to be steps and nothing else.
    data = try samples.split(validation: 64 / Double(count), test: samples.subset([0]), seed: 1)
  }

  /// Prints a line without augmentation, and one with it where the samples are images.
  func print() throws {
    var kinds = [("as they are", Augmentation())]
    if network.sample.count == 3 { kinds.append(("augmented", Augmentation(shift: 2, flip: .horizontal))) }
    for (name, augmentation) in kinds {
      let trainer = try makeTrainer(augmentation)
      let steps = Double(trainer.stepCount)
      var (preparing, inPlace, ahead): ([Double], [Double], [Double]) = ([], [], [])
      var (pairInPlace, pairAhead): ([Double], [Double]) = ([], [])
      let pair = try [makeTrainer(augmentation), makeTrainer(augmentation)]
      for _ in 0..<7 {
        preparing.append(try time { try trainer.prepareBatches() } / steps)
        inPlace.append(try time { try train(trainer, .inPlace) } / steps)
        ahead.append(try time { try train(trainer, .ahead) } / steps)
        pairInPlace.append(time(pair, .inPlace) / steps)
        pairAhead.append(time(pair, .ahead) / steps)
      }
      let median = { (times: [Double]) in (times.sorted()[3] * 10).rounded() / 10 }
      let percent = { (part: [Double], whole: [Double]) in
        (zip(part, whole).map { $0 / $1 }.sorted()[3] * 1000).rounded() / 10
      }
      Swift.print(
        "\(name): a batch takes \(median(preparing)) us, a step with it \(median(inPlace)) us (\(percent(preparing, inPlace)) "
          + "%), prepared ahead \(median(ahead)) us (\(percent(ahead, inPlace)) %); two trainings at once "
          + "\(median(pairInPlace)) us, ahead \(median(pairAhead)) us (\(percent(pairAhead, pairInPlace)) %)")
    }
  }

  private func makeTrainer(_ augmentation: Augmentation) throws -> Trainer {
    var options = TrainingOptions(batchSize: batchSize, epochs: 1)
    options.augmentation = augmentation
    return try Trainer(Plain(network: network), data: data, options: options)
  }

  private func train(_ trainer: Trainer, _ preparation: BatchPreparation) throws {
    trainer.preparation = preparation
    _ = try trainer.train()
  }

  /// The time of an epoch of both trainings, each on a thread of its own.
  private func time(_ pair: [Trainer], _ preparation: BatchPreparation) -> Double {
    // Each iteration has a trainer of its own.
    nonisolated(unsafe) let pair = pair
    return time {
      DispatchQueue.concurrentPerform(iterations: 2) { try? train(pair[$0], preparation) }
    }
  }

  /// The microseconds that something takes.
  private func time(_ body: () throws -> Void) rethrows -> Double {
    let start = TrainingStep.now(CLOCK_MONOTONIC)
    try body()
    return TrainingStep.now(CLOCK_MONOTONIC) - start
  }
}

/// A network of the benchmark as a training takes it.
private struct Plain: Network {
  let network: BenchmarkNetwork

  func inputShape(of featureShape: [Int]) -> [Int] { featureShape }

  func output(of input: Value, width outputWidth: Int, in graph: inout Graph) throws -> Value {
    try network.logits(of: input, in: &graph)
  }
}
