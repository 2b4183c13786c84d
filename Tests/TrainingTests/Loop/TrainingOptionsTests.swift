import Execution
import Testing

@testable import Training

@Suite("Training options")
struct TrainingOptionsTests {
  @Test(
    "out of their range are errors that name them",
    arguments: [
      (TrainingOptions(batchSize: 0), "batch size"), (TrainingOptions(epochs: 0), "epochs"),
      (TrainingOptions(optimizer: .adam(learningRate: 0)), "learning rate"),
      (TrainingOptions(optimizer: .adam(learningRate: .nan)), "learning rate"),
      (TrainingOptions(optimizer: .gradientDescent(learningRate: .infinity)), "learning rate"),
      (TrainingOptions(optimizer: .adam(weightDecay: -1)), "weight decay"),
      (TrainingOptions(optimizer: .momentum(1, learningRate: 0.1)), "momentum"),
      (TrainingOptions(optimizer: .adam(beta1: 1)), "betas"),
      (TrainingOptions(optimizer: .adam(epsilon: 0)), "epsilon"),
      (TrainingOptions(optimizer: .adam(epsilon: 1e-50)), "epsilon"),
      (TrainingOptions(optimizer: .adaGrad(learningRate: 0.1, epsilon: 1e-50)), "epsilon"),
      (TrainingOptions(optimizer: .rmsProp(learningRate: 0.1, epsilon: 1e-50)), "epsilon"),
    ])
  func invalid(options: TrainingOptions, word: String) {
    let error = #expect(throws: TrainingError.self) { try options.validate() }
    #expect(error?.code == .invalidOption)
    #expect(error?.message.contains(word) == true)
  }

  @Test("within their range are taken")
  func valid() throws {
    try TrainingOptions(optimizer: .momentum(0, learningRate: 10), batchSize: 1, epochs: 1).validate()
  }
}
