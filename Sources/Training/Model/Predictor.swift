public import Execution
import Graphs
import RealModule

/// A model at work on data sets with raw features; it belongs to one thread at a time.
public final class Predictor {
  /// What is predicted by.
  public let model: TrainedModel

  /// The outputs of the network for standardized samples, row after row.
  private let compute: (Dataset) throws -> [Float]

  /// Lets a model work by a way to compute its network.
  ///
  /// - Parameter compute: Makes the outputs [N, width] of standardized samples.
  package init(_ model: TrainedModel, computing compute: @escaping (Dataset) throws -> [Float]) {
    self.model = model
    self.compute = compute
  }

  /// What the model achieves on samples whose targets are known.
  ///
  /// - Parameter dataset: Features as they come, before standardization.
  /// - Throws: `TrainingError` of code `dataMismatch` where the samples are others than those of the model, or there is a
  ///   class that it does not know.
  public func metrics(on dataset: Dataset) throws -> Metrics {
    let prepared = try model.prepared(labelled(dataset))
    let outputs = try compute(prepared)
    switch prepared.target {
    case .classes(let labels, let names):
      var score = ClassificationScore(model.probabilities)
      outputs.withUnsafeBufferPointer { score.add(logits: $0, width: names.count, labels: labels[...]) }
      return score.metrics
    case .values(let values):
      let scale = model.target.scale
      var score = RegressionScore()
      for (output, value) in zip(outputs, values) {
        score.add(prediction: Double(output) * scale.deviation + scale.mean, value: Double(value))
      }
      return score.metrics
    }
  }

  /// How often samples of each class are taken for each class.
  ///
  /// - Returns: Row by row the samples of a class, column by column what they were taken for.
  /// - Throws: As `metrics(on:)`, and `TrainingError` of code `dataMismatch` for a model that predicts a value.
  public func confusion(on dataset: Dataset) throws -> [[Int]] {
    guard case .classes(let labels, let names) = try labelled(dataset).target else {
      throw TrainingError(.dataMismatch, "a model that predicts a value confuses no classes")
    }
    var counts = Array(repeating: Array(repeating: 0, count: names.count), count: names.count)
    for (label, taken) in zip(labels, try classes(for: dataset)) { counts[Int(label)][taken] += 1 }
    return counts
  }

  /// The class of each sample: the index of its largest output.
  public func classes(for dataset: Dataset) throws -> [Int] {
    let outputs = try outputs(for: dataset)
    let width = model.target.width
    return stride(from: 0, to: outputs.count, by: width).map { start in
      (1..<width).reduce(0) { outputs[start + $1] > outputs[start + $0] ? $1 : $0 }
    }
  }

  /// The data set with the classes of the model, in its order.
  private func labelled(_ dataset: Dataset) throws -> Dataset {
    switch (dataset.target, model.target) {
    case (.classes(_, let names), .classes(let own)) where names == own: return dataset
    case (.classes(let labels, let names), .classes(let own)):
      let places = names.map { name in own.firstIndex(of: name) }
      if let unknown = labels.first(where: { places[Int($0)] == nil }) {
        throw TrainingError(
          .dataMismatch,
          "\(dataset.name) has the class \(names[Int(unknown)].quoted), and the model knows \(own.listed(atMost: 10))")
      }
      return try Dataset(
        name: dataset.name, features: dataset.features, featureShape: dataset.featureShape,
        featureNames: dataset.featureNames, categories: dataset.categories,
        target: .classes(labels: labels.map { Int32(places[Int($0)] ?? 0) }, names: own))
    case (.values, .value): return dataset
    default:
      throw TrainingError(
        .dataMismatch,
        "the model was trained for another task than the \(dataset.target.task.rawValue) of \(dataset.name)")
    }
  }

  /// The outputs of the network for each sample, row after row: the logits of the classes, or the value in the unit of the
  /// data.
  ///
  /// - Parameter dataset: Features as they come, before standardization; its targets are not looked at.
  /// - Throws: `TrainingError` of code `dataMismatch` where the samples are others than those of the model.
  public func outputs(for dataset: Dataset) throws -> [Float] {
    let prepared = try model.prepared(dataset)
    let scale = model.target.scale
    return try compute(prepared).map {
      scale == .identity ? $0 : Float(Double($0) * scale.deviation + scale.mean)
    }
  }

  /// The probabilities of the classes for each sample, row after row, as the model's training taught them.
  public func probabilities(for dataset: Dataset) throws -> [Float] {
    var outputs = try outputs(for: dataset)
    let width = model.target.width
    outputs.withUnsafeMutableBufferPointer { outputs in
      for start in stride(from: 0, to: outputs.count, by: width) {
        let row = UnsafeMutableBufferPointer(rebasing: outputs[start..<start + width])
        let sum = model.probabilities.logSum(of: UnsafeBufferPointer(row))
        for index in row.indices { row[index] = Float(Double.exp(model.probabilities.score(row[index]) - sum)) }
      }
    }
    return outputs
  }
}

extension TrainedModel {
  /// The model at work with floating-point numbers.
  ///
  /// - Throws: `TrainingError` of code `dataMismatch` for a quantized model, which computes with integers.
  public func predictor(kernels: Kernels = .automatic) throws -> Predictor {
    guard quantization == nil else {
      throw TrainingError(
        .dataMismatch, "the model is quantized, so floating-point numbers are not what it computes with")
    }
    let parameters = try parameterStore()
    return Predictor(self) { dataset in
      try Evaluator(
        network, data: dataset, outputWidth: target.width, scale: target.scale, parameters: parameters, kernels: kernels
      ).outputs(for: dataset)
    }
  }
}
