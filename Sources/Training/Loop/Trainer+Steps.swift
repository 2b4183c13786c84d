import Dispatch
import Execution

/// Where the batches of a training are prepared: gathered, augmented, and shown to a teacher.
package enum BatchPreparation: Hashable, Sendable {
  /// On another thread where that pays and a core is free for it.
  case automatic
  /// On the thread that trains, between its steps.
  case inPlace
  /// On another thread, each during the step before.
  case ahead
}

extension Trainer {
  /// Runs the steps that are left of an epoch; the mean of all its losses.
  func runSteps(_ afterStep: () throws -> Void) throws -> Double {
    if let fullBatch { return try fullBatch.iterate(afterSamples: afterStep) }
    guard let gradient else { preconditionFailure("a training has one of both") }
    let epoch = progress.epoch
    batches.shuffle(epoch: epoch)
    let pieceCount = batches.batchCount * gradient.chunkCount
    try withPreparation(of: gradient) { prepare in
      try Prefetcher.run(on: preparesAhead(of: gradient) ? preparationQueue : nil, preparing: prepare) { prefetcher in
        for batch in progress.step..<batches.batchCount {
          let step = (epoch - 1) * batches.batchCount + batch
          var seeds = RandomStream(seed: options.seed, purpose: .step, index: step)
          var loss: Float = 0
          for chunk in 0..<gradient.chunkCount {
            let piece = batch * gradient.chunkCount + chunk
            try prefetcher.take(piece)
            if piece + 1 < pieceCount { prefetcher.request(piece + 1) }
            loss += try gradient.run(piece, seed: seeds.next())
          }
          try update(step: step, batch: batch, loss: loss)
          if progress.step < batches.batchCount { try afterStep() }
        }
      }
    }
    return progress.lossSum / Double(batches.batchCount)
  }

  /// Prepares all batches of the epoch at work and drops them, as benchmarks time.
  package func prepareBatches() throws {
    guard let gradient else { return }
    batches.shuffle(epoch: progress.epoch)
    try withPreparation(of: gradient) { prepare in
      for piece in 0..<batches.batchCount * gradient.chunkCount { try prepare(piece) }
    }
  }

  /// Calls `body` with what prepares a piece: its samples gathered and changed, its targets, and what a teacher says.
  private func withPreparation(
    of gradient: BatchGradient, _ body: (_ prepare: @escaping (Int) throws -> Void) throws -> Void
  ) throws {
    let (batches, teacher, augmenter) = (batches, teacher, augmenter)
    let (width, targetWidth) = (data.training.width, targets.width)
    try data.training.features.withUnsafeBufferPointer { features in
      try targets.elements.withUnsafeBufferPointer { targets in
        try body { piece in
          let (inputs, places) = (gradient.inputs(of: piece), gradient.places(of: piece))
          batches.gather(places, from: features, width: width, through: augmenter, into: inputs.samples)
          batches.gather(places, from: targets, width: targetWidth, into: inputs.targets)
          if let outputs = inputs.teacher {
            try teacher?.write(places, of: batches, samples: inputs.samples, into: outputs)
          }
        }
      }
    }
  }

  /// Moves the weights by the gradient of a batch.
  private func update(step: Int, batch: Int, loss: Float) throws {
    let epoch = progress.epoch
    guard loss.isFinite else {
      let text = Self.text(of: Double(loss))
      throw diverged(epoch: epoch, "the loss is \(text) in step \(batch + 1) of \(batches.batchCount)")
    }
    progress.lossSum += Double(loss)
    if batch == 0 { progress.firstLoss = Double(loss) }
    if let limit = options.gradientValue { parameters.clipGradients(value: limit) }
    if let limit = options.gradientNorm { parameters.clipGradients(norm: limit) }
    optimizer.learningRate = rate(epoch: epoch, batch: batch)
    optimizer.step()
    hook?.weightsChanged(parameters, step: step + 1, of: options.epochs * batches.batchCount)
    average?.update()
    progress.step = batch + 1
  }

  /// Whether the epoch's batches are prepared on another thread.
  private func preparesAhead(of gradient: BatchGradient) -> Bool {
    switch preparation {
    case .inPlace: false
    case .ahead: true
    case .automatic:
      preparationTime(of: gradient) >= Self.leastPreparationAhead
        && RunningTrainings.count < RunningTrainings.coreCount
    }
  }

  /// The microseconds from which a piece is prepared on another thread. To wake that thread, and to read what it has written,
  /// costs about 10.
  private static let leastPreparationAhead = 50.0

  /// About how many microseconds it takes to prepare a piece.
  func preparationTime(of gradient: BatchGradient) -> Double {
    let samples = Double(gradient.chunkSize)
    let values = samples * Double(data.training.width)
    let gathering = 0.05 * samples + 0.0008 * values
    let changing = augmenter == nil ? 0 : 0.15 * samples + 0.0005 * values
    return gathering + changing + samples * (teacher?.microsecondsPerSample ?? 0)
  }

  /// Whether the epoch at work ends within the warm-up, whose values are not those of the rate that a plateau lowers.
  var isWarmingUp: Bool {
    let schedule = options.schedule
    let unit = schedule.isByEpoch ? 1 : batches.batchCount
    return progress.epoch * unit <= schedule.warmupCount(of: options.epochs * unit)
  }

  private func rate(epoch: Int, batch: Int) -> Double {
    let schedule = options.schedule
    return schedule.isByEpoch
      ? schedule.rate(at: epoch - 1, of: options.epochs, base: progress.baseRate)
      : schedule.rate(
        at: (epoch - 1) * batches.batchCount + batch, of: options.epochs * batches.batchCount, base: progress.baseRate)
  }
}
