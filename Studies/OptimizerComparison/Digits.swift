import HPO

/// A small perceptron that reads handwritten digits, trained within a budget of passes through the data.
struct Digits: Sendable {
  private let data: DatasetSplits
  private let network = MultilayerPerceptron(hiddenUnits: [32], activation: .tanh)
  /// Passes through the training samples: epochs, evaluations of all samples, or products with the Hessian, which cost two.
  private static let passes = 40

  init() throws {
    data = try EmbeddedDataset.digits.load().split(seed: 0).standardized()
  }

  /// Ends a training whose budget is used up.
  private struct Exhausted: Error {}

  /// What a training achieves.
  struct Result: Sendable {
    /// The validation log loss after the best epoch.
    var logLoss = Double.infinity
    /// The test accuracy after that epoch.
    var accuracy = 0.0
  }

  /// Trains once.
  func train(_ method: Method, seed: UInt64) throws -> Result {
    var options = TrainingOptions(batchSize: 32, epochs: Self.passes, seed: seed, metric: .logLoss)
    switch method {
    case .steps(let optimizer): options.optimizer = optimizer
    case .minimizer(let minimizer, let decay):
      options.minimizer = minimizer
      options.optimizer.weightDecay = decay
    }
    let trainer = try Trainer(network, data: data, options: options)
    var result = Result()
    do {
      _ = try trainer.train { report in
        if report.isBest {
          result = Result(
            logLoss: report.value, accuracy: try trainer.evaluate(data.test)[.accuracy] ?? 0)
        }
        if let search = trainer.minimization, search.evaluationCount + 2 * search.productCount >= Self.passes {
          throw Exhausted()
        }
      }
    } catch is Exhausted {
    } catch let error as TrainingError where error.code == .diverged {
      // As bad as a guess among ten, so that the search learns to leave the place.
      if !result.logLoss.isFinite { result.logLoss = 2.4 }
    }
    return result
  }
}
