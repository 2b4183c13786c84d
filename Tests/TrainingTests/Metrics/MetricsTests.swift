import RealModule
import Testing

@testable import Training

@Suite("Metrics")
struct MetricsTests {
  @Test("of a classification count hits and average the log loss")
  func classification() throws {
    // Probabilities 3/4 and 1/4, then 1/10 and 9/10.
    let logits: [Float] = [.log(3), 0, 0, .log(9), 5, 5]
    var score = ClassificationScore()
    logits.withUnsafeBufferPointer { score.add(logits: $0, width: 2, labels: [0, 0]) }
    #expect(score.metrics[.accuracy] == 0.5)
    let expected = -(Double.log(0.75) + .log(0.1)) / 2
    #expect(abs(try #require(score.metrics[.logLoss]) - expected) < 1e-7)
    #expect(score.metrics[.rmse] == nil)
  }

  @Test("of sigmoids take them in proportion, and stay finite")
  func sigmoids() throws {
    // Sigmoids 3/4, 1/2 and 1/10, of which the sum is 1.35.
    let logits: [Float] = [.log(3), 0, -.log(9), 1e30, -1e30, -1e30]
    var score = ClassificationScore(.sigmoids)
    logits.withUnsafeBufferPointer { score.add(logits: $0, width: 3, labels: [2]) }
    #expect(abs(try #require(score.metrics[.logLoss]) + .log(0.1 / 1.35)) < 1e-6)
    logits.withUnsafeBufferPointer { score.add(logits: $0, width: 3, labels: [0, 1]) }
    #expect(try #require(score.metrics[.logLoss]).isFinite)
  }

  @Test("stay finite for large logits")
  func largeLogits() throws {
    let logits: [Float] = [1e30, -1e30, 3e38, 3e38]
    var score = ClassificationScore()
    logits.withUnsafeBufferPointer { score.add(logits: $0, width: 2, labels: [0, 1]) }
    #expect(try #require(score.metrics[.logLoss]).isFinite)
    #expect(score.metrics[.accuracy] == 0.5)
  }

  @Test("of a regression are in the values' unit")
  func regression() throws {
    var score = RegressionScore()
    for (prediction, value) in [(1.0, 2.0), (2, 2), (5, 4), (4, 4)] {
      score.add(prediction: prediction, value: value)
    }
    // Σ of squared errors 2 and of squared deviations from the mean 3, 4.
    #expect(score.metrics[.rmse] == 0.5.squareRoot())
    #expect(score.metrics[.r2] == 0.5)
    #expect(score.metrics[.accuracy] == nil)
  }

  @Test("know which of two values is better")
  func comparison() {
    #expect(Metric.accuracy.isBetter(0.9, than: 0.8) && !Metric.accuracy.isBetter(0.8, than: 0.9))
    #expect(Metric.rmse.isBetter(0.8, than: 0.9) && !Metric.rmse.isBetter(0.9, than: 0.8))
    #expect(!Metric.r2.isBetter(.nan, than: 0.1) && Metric.r2.isBetter(0.1, than: .nan))
    #expect(!Metric.logLoss.isBetter(0.5, than: 0.5))
  }

  @Test("weigh rare classes as scikit-learn's balanced accuracy and macro F1 do")
  func rareClasses() throws {
    // scikit-learn 1.7: balanced_accuracy_score and f1_score(average="macro", zero_division=0).
    let (labels, taken): ([Int32], [Int]) = (
      [0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3], [0, 0, 0, 1, 2, 0, 1, 1, 0, 2, 0, 0]
    )
    let logits = taken.flatMap { choice in (0..<4).map { $0 == choice ? Float(2) : 0 } }
    var score = ClassificationScore()
    logits.withUnsafeBufferPointer { score.add(logits: $0, width: 4, labels: labels[...]) }
    let metrics = score.metrics
    #expect(abs(try #require(metrics[.accuracy]) - 7.0 / 12) < 1e-12)
    #expect(abs(try #require(metrics[.balancedAccuracy]) - 0.4583333333333333) < 1e-12)
    #expect(abs(try #require(metrics[.f1]) - 0.4455128205128205) < 1e-12)
  }

  @Test("of values hold the mean absolute error")
  func absoluteError() {
    var score = RegressionScore()
    for (prediction, value) in [(1.0, 2.0), (3, 1), (0.5, 0.5)] { score.add(prediction: prediction, value: value) }
    #expect(score.metrics[.mae] == 1)
  }
}
