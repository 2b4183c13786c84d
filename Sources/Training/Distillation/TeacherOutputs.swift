import Execution
import Graphs

/// What a teacher says about the samples of each batch.
///
/// The outputs for all samples are computed once; where images are changed in each epoch, the teacher sees each batch as the
/// network does.
final class TeacherOutputs {
  private enum Source {
    case table([Float])
    case plan(Plan, input: Value, output: Value)
  }

  private let source: Source
  private let width: Int

  /// Computes the outputs, or prepares to.
  ///
  /// - Parameters:
  ///   - data: The data that the teacher was trained on.
  ///   - batchSize: The samples of a batch.
  ///   - areSamplesChanged: Whether samples are others in each epoch.
  init(
    _ teacher: Teacher, data: Dataset, batchSize: Int, areSamplesChanged: Bool, kernels: Kernels
  ) throws {
    let model = teacher.model
    let parameters = try model.parameterStore()
    width = model.target.width
    if areSamplesChanged {
      let built = try NetworkGraph(model.network, data: data, outputWidth: width, batchSize: batchSize)
      let plan = try Plan(inference: built.graph, outputs: [built.output], parameters: parameters, kernels: kernels)
      source = .plan(plan, input: built.input, output: built.output)
    } else {
      let evaluator = try Evaluator(
        model.network, data: data, outputWidth: width, scale: .identity, parameters: parameters, kernels: kernels)
      source = .table(try evaluator.outputs(for: data))
    }
  }

  /// Writes the outputs [N, width] for a batch.
  ///
  /// - Parameters:
  ///   - batch: The number of the batch.
  ///   - samples: Its samples, as the network sees them.
  func write(
    _ batch: Int, of batches: MiniBatches, samples: UnsafeMutableBufferPointer<Float>,
    into destination: UnsafeMutableBufferPointer<Float>
  ) throws {
    switch source {
    case .table(let outputs):
      outputs.withUnsafeBufferPointer { batches.gather(batch, from: $0, width: width, into: destination) }
    case .plan(let plan, let input, let output):
      _ = plan.input(input).update(fromContentsOf: samples)
      try plan.run()
      _ = destination.update(fromContentsOf: plan.output(output))
    }
  }
}
