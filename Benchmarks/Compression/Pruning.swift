import HPO

/// How a pruned network is trained further: by Adam, whose rate falls to 0.
private func further(epochs: Int, seed: UInt64) -> TrainingOptions {
  var options = TrainingOptions(optimizer: .adam(learningRate: 1e-3), batchSize: 32, epochs: epochs, seed: seed)
  options.schedule = LearningRateSchedule(.cosine(minimum: 0))
  return options
}

/// Sets weights to zero in the course of a further training, and, to tell the one from the other, trains as long without.
func sparse(
  _ model: TrainedModel, _ samples: Samples, sparsity: Double, epochs: Int, seed: UInt64, in table: inout Table
) throws {
  let options = further(epochs: epochs, seed: seed)
  let dense = try model.accuracy(on: samples.test)
  let pruned = try MagnitudePruning(sparsity: sparsity).prune(model, data: samples.data, options: options)
  let whole = try Trainer(refining: model, data: samples.data, options: options)
  _ = try whole.train()
  let accuracy = try pruned.accuracy(on: samples.test)
  table.add("dense", dense)
  table.add("dense, trained as long", try whole.model().accuracy(on: samples.test))
  table.add("sparse", accuracy)
  table.add("sparse against dense", accuracy - dense)
  table.add("share of zeros", Sparsity(of: pruned).share)
}

/// Takes channels away and trains further, and, to tell the one from the other, trains as long without.
func narrow(
  _ model: TrainedModel, _ samples: Samples, savedShare: Double, epochs: Int, seed: UInt64, in table: inout Table
) throws {
  let options = further(epochs: epochs, seed: seed)
  let whole = try model.accuracy(on: samples.test)
  let smaller = try ChannelPruning(savedShare: savedShare).prune(model)
  func retrained(_ model: TrainedModel) throws -> TrainedModel {
    let trainer = try Trainer(refining: model, data: samples.data, options: options)
    _ = try trainer.train()
    return try trainer.model()
  }
  let accuracy = try retrained(smaller).accuracy(on: samples.test)
  func products(_ model: TrainedModel) -> Double { Double(model.network.graph.cost.multiplyAccumulates) }
  table.add("whole", whole)
  table.add("whole, trained as long", try retrained(model).accuracy(on: samples.test))
  table.add("without channels, not trained", try smaller.accuracy(on: samples.test))
  table.add("without channels", accuracy)
  table.add("without channels against whole", accuracy - whole)
  table.add("share of multiply-accumulates saved", 1 - products(smaller) / products(model))
}
