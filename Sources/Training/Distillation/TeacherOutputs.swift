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

  /// The teacher's share in the loss, and how far its probabilities are levelled.
  let (share, temperature): (Double, Double)
  /// The outputs for a sample.
  let width: Int

  private let source: Source

  /// Computes the outputs, or prepares to.
  ///
  /// - Parameters:
  ///   - data: The data that the teacher was trained on.
  ///   - batchSize: The most samples whose outputs are asked for together.
  ///   - areSamplesChanged: Whether samples are others in each epoch.
  init(
    _ teacher: Teacher, data: Dataset, batchSize: Int, areSamplesChanged: Bool, kernels: Kernels
  ) throws {
    let model = teacher.model
    let parameters = try model.parameterStore()
    width = model.target.width
    (share, temperature) = (teacher.share, teacher.temperature)
    if areSamplesChanged {
      let built = try NetworkGraph(model.network, data: data, outputWidth: width, batchSize: batchSize)
      let plan = try Plan(inference: built.graph, outputs: [built.output], parameters: parameters, kernels: kernels)
      source = .plan(plan, input: built.input, output: built.output)
      microsecondsPerSample = Double(built.graph.cost.multiplyAccumulates) / Double(batchSize) / 50_000
    } else {
      let evaluator = try Evaluator(
        model.network, data: data, outputWidth: width, scale: .identity, parameters: parameters, kernels: kernels)
      source = .table(try evaluator.outputs(for: data))
      microsecondsPerSample = 0
    }
  }

  /// About how many microseconds of a fast core its outputs for a sample take when they are asked for.
  let microsecondsPerSample: Double

  /// The outputs for all samples as they are, row after row.
  func all(of data: Dataset) throws -> [Float] {
    switch source {
    case .table(let outputs): return outputs
    case .plan(let plan, let input, let output):
      let room = plan.input(input)
      let batchSize = room.count / data.width
      var all: [Float] = []
      all.reserveCapacity(data.count * width)
      for start in stride(from: 0, to: data.count, by: batchSize) {
        let rows = start..<min(start + batchSize, data.count)
        _ = room.update(fromContentsOf: data.features[rows.lowerBound * data.width..<rows.upperBound * data.width])
        try plan.run()
        all += plan.output(output)[..<(rows.count * width)]
      }
      return all
    }
  }

  /// Writes the outputs [N, width] for samples.
  ///
  /// - Parameters:
  ///   - places: The samples' places in the order of the epoch.
  ///   - samples: The samples as the network sees them.
  func write(
    _ places: Range<Int>, of batches: MiniBatches, samples: UnsafeMutableBufferPointer<Float>,
    into destination: UnsafeMutableBufferPointer<Float>
  ) throws {
    switch source {
    case .table(let outputs):
      outputs.withUnsafeBufferPointer { batches.gather(places, from: $0, width: width, into: destination) }
    case .plan(let plan, let input, let output):
      _ = plan.input(input).update(fromContentsOf: samples)
      try plan.run()
      _ = destination.update(fromContentsOf: plan.output(output)[..<(places.count * width)])
    }
  }
}
