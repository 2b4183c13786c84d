public import Execution
public import Graphs

/// How a network is trained: everything that does not belong to the network or the data.
public struct TrainingOptions: Sendable, Hashable {
  /// The rule by which parameters follow their gradients, with learning rate and weight decay.
  public var optimizer: Optimizer
  /// Minimizes the mean loss over all training samples at once, an iteration an epoch, in place of the optimizer's steps.
  ///
  /// Of the optimizer only the weight decay counts then, as half of it times the sum of squared weights; its rate, the
  /// schedule, the batch size and clipping are of no consequence. Dropout, an L1 penalty, bounds, an average of weights,
  /// augmentation and bfloat16 are refused, since they make the loss rough or random.
  public var minimizer: MinimizationMethod?
  /// The samples of a step, at least 1; more than there are samples means all of them.
  public var batchSize: Int
  /// How often the training samples are gone through, at least 1.
  public var epochs: Int
  /// Decides initial parameters, the order of samples and dropout.
  public var seed: UInt64
  /// The metric that is reported after each epoch; where `nil`, accuracy or root mean squared error.
  public var metric: Metric?
  /// The metric by which the best epoch is chosen; where `nil`, the one reported.
  ///
  /// The log loss chooses more soundly than the accuracy: of many epochs, the one that happens to hit most of a few
  /// hundred validation samples generalizes worse than its accuracy there says.
  public var selection: Metric?

  /// The decay of an exponentially weighted average of the weights, a step, in 0..<1; 0 for no average.
  ///
  /// With an average, every evaluation and the final parameters are the average's.
  public var weightAveraging: Double

  /// What is minimized; where `nil`, the cross-entropy of a softmax for classes and the squared error for values.
  ///
  /// The binary cross-entropy learns each class against all others; probabilities are then the sigmoids of the outputs in
  /// proportion, and the log loss is measured by them.
  public var loss: Loss?
  /// How the learning rate changes.
  public var schedule = LearningRateSchedule.constant
  /// Lowers the learning rate, beside the schedule, when `selection` has stopped to improve; `nil` for never.
  public var plateau: PlateauReduction?
  /// The norm to which the gradients of a step are clipped, above 0; `nil` for none.
  public var gradientNorm: Double?
  /// The value to which each element of a step's gradients is limited, above 0, before their norm is; `nil` for none.
  public var gradientValue: Double?
  /// The decay, an epoch, of an exponentially weighted average of the validation metrics, in 0..<1; 0 for no average.
  ///
  /// With an average, the reported value, the best epoch, the patience and the plateau go by it.
  public var metricAveraging = 0.0
  /// How training images are changed in each epoch.
  public var augmentation = Augmentation()
  /// The epochs without a better one by `selection` after which training ends, at least 1; `nil` for all epochs.
  public var patience: Int?
  /// The first epoch that may be the best one, from 1; what comes before, such as the epochs in which weights are still
  /// being pruned, is trained and reported only. The patience begins there.
  public var firstSelectableEpoch = 1
  /// What products of training steps are computed in. `auto` measures when the trainer is made, so that only the other two
  /// give the same bits each time; a checkpoint goes on in what was chosen when it was taken. Evaluations are in float32, as
  /// the network is used afterwards.
  public var precision = Precision.float32

  /// Creates options.
  public init(
    optimizer: Optimizer = .adam(), batchSize: Int = 32, epochs: Int = 30, seed: UInt64 = 0, metric: Metric? = nil,
    selection: Metric? = nil, weightAveraging: Double = 0
  ) {
    self.optimizer = optimizer
    self.batchSize = batchSize
    self.epochs = epochs
    self.seed = seed
    self.metric = metric
    self.selection = selection
    self.weightAveraging = weightAveraging
  }

  /// Checks each option's range.
  ///
  /// - Throws: `TrainingError` of code `invalidOption`.
  func validate() throws(TrainingError) {
    guard batchSize >= 1 else {
      throw TrainingError(.invalidOption, "the batch size is \(batchSize); it must be at least 1")
    }
    guard epochs >= 1 else {
      throw TrainingError(.invalidOption, "the number of epochs is \(epochs); it must be at least 1")
    }
    guard weightAveraging >= 0, weightAveraging < 1 else {
      throw TrainingError(
        .invalidOption, "the decay of the weights' average is \(weightAveraging); it must be in 0..<1")
    }
    if let fault = schedule.fault ?? plateau?.fault { throw TrainingError(.invalidOption, fault) }
    if let gradientNorm, !(gradientNorm > 0) {
      throw TrainingError(.invalidOption, "gradients are clipped to a norm of \(gradientNorm); it must be above 0")
    }
    if let gradientValue, !(gradientValue > 0) {
      throw TrainingError(.invalidOption, "gradients are clipped to values of \(gradientValue); it must be above 0")
    }
    guard metricAveraging >= 0, metricAveraging < 1 else {
      throw TrainingError(
        .invalidOption, "the decay of the metrics' average is \(metricAveraging); it must be in 0..<1")
    }
    if let patience, patience < 1 {
      throw TrainingError(.invalidOption, "the patience is \(patience) epochs; it must be at least 1")
    }
    guard (1...epochs).contains(firstSelectableEpoch) else {
      throw TrainingError(
        .invalidOption,
        "the first epoch that may be the best is \(firstSelectableEpoch); it must be one of the \(epochs) epochs")
    }
    guard optimizer.learningRate.isFinite, optimizer.learningRate > 0 else {
      throw TrainingError(
        .invalidOption, "the learning rate is \(optimizer.learningRate); it must be a finite number above 0")
    }
    guard optimizer.weightDecay.isFinite, optimizer.weightDecay >= 0 else {
      throw TrainingError(
        .invalidOption, "the weight decay is \(optimizer.weightDecay); it must be a finite number of at least 0")
    }
    guard optimizer.l1Penalty.isFinite, optimizer.l1Penalty >= 0 else {
      throw TrainingError(
        .invalidOption, "the L1 penalty is \(optimizer.l1Penalty); it must be a finite number of at least 0")
    }
    if let fault = optimizer.fault { throw TrainingError(.invalidOption, fault) }
  }

  /// Checks that the options go together with a teacher and a hook.
  ///
  /// - Throws: `TrainingError` of code `invalidOption`.
  func validate(with teacher: Teacher?, _ hook: (any UpdateHook)?) throws(TrainingError) {
    if case .lbfgs(let memory)? = minimizer, !(1...10_000).contains(memory) {
      throw TrainingError(
        .invalidOption, "L-BFGS is to remember \(memory) steps; the number must be in 1...10000, and 10 is usual")
    }
    if let minimizer, teacher != nil || hook != nil || firstSelectableEpoch > 1 {
      throw TrainingError(
        .invalidOption,
        "\(minimizer.name) knows no single updates, and takes neither a teacher, nor a hook, nor a first epoch that may be the "
          + "best")
    }
    if let hook, weightAveraging > 0 {
      throw TrainingError(
        .invalidOption,
        "weights that \(hook.identity) changes after each update are not to be averaged; take an averaging of 0")
    }
  }
}

extension Optimizer {
  /// What is wrong with the numbers of the rule, or nil.
  fileprivate var fault: String? {
    func momentumFault(_ momentum: Double) -> String? {
      momentum >= 0 && momentum < 1 ? nil : "the momentum is \(momentum); it must be in 0..<1"
    }
    // Optimizers compute in 32 bits, where less than that would be 0.
    func isUsable(_ epsilon: Double) -> Bool {
      Float(epsilon) >= .leastNormalMagnitude && Float(epsilon).isFinite
    }
    func epsilonFault(_ epsilon: Double, of name: String) -> String? {
      isUsable(epsilon)
        ? nil : "\(name)'s epsilon is \(epsilon); it must be above 1e-38, which is about the least of 32 bits"
    }
    switch rule {
    case .gradientDescent: return nil
    case .momentum(let momentum), .nesterov(let momentum): return momentumFault(momentum)
    case .adaGrad(let epsilon): return epsilonFault(epsilon, of: "AdaGrad")
    case .rmsProp(let alpha, let epsilon, let momentum, _):
      if alpha < 0 || alpha >= 1 { return "RMSProp's alpha is \(alpha); it must be in 0..<1" }
      return epsilonFault(epsilon, of: "RMSProp") ?? momentumFault(momentum)
    case .adam(let beta1, let beta2, let epsilon), .adamW(let beta1, let beta2, let epsilon):
      guard beta1 >= 0, beta1 < 1, beta2 >= 0, beta2 < 1, isUsable(epsilon) else {
        return "Adam's betas are \(beta1) and \(beta2) and its epsilon \(epsilon); the betas must be in 0..<1, and "
          + "epsilon above 1e-38, which is about the least of 32 bits"
      }
      return nil
    }
  }
}
