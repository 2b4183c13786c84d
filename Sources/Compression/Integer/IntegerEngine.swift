import Graphs
public import Training

/// Runs a network of integers, one sample after the other, in memory that is placed once.
///
/// An engine belongs to one thread at a time.
public final class IntegerEngine {
  /// The network that is run.
  public let network: IntegerNetwork

  private let kernels: [() -> Void]
  private let input: UnsafeMutableBufferPointer<UInt8>
  private let output: UnsafeBufferPointer<UInt8>
  private let arena: UnsafeMutablePointer<UInt8>
  private let tensors: [UnsafeMutablePointer<UInt8>]

  /// Places the tensors and prepares the kernels.
  ///
  /// - Parameters:
  ///   - network: What is computed.
  ///   - keepsAll: Whether each tensor has bytes of its own, so that all can be read after a run.
  public init(_ network: IntegerNetwork, keepsAll: Bool = false) {
    self.network = network
    let memory = keepsAll ? network.separateMemory : network.memory
    let arena = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, memory.count))
    arena.initialize(repeating: 0, count: max(1, memory.count))
    let tensors = memory.offsets.map { arena + $0 }
    kernels = network.nodes.map { node in
      IntegerKernel(
        network: network, node: node, inputs: node.inputs.map { UnsafePointer(tensors[$0]) },
        output: tensors[node.output]
      ).make()
    }
    input = UnsafeMutableBufferPointer(start: tensors[network.input], count: network.inputTensor.shape.count)
    output = UnsafeBufferPointer(start: tensors[network.output], count: network.outputTensor.shape.count)
    self.arena = arena
    self.tensors = tensors
  }

  deinit { arena.deallocate() }

  /// Runs the network on one sample and returns the bytes of its output.
  ///
  /// - Parameter sample: Standardized features, as many as the input has elements.
  public func run(_ sample: some Collection<Float>) -> [UInt8] {
    compute(sample)
    return Array(output)
  }

  /// The bytes of a tensor, as the last run left them.
  ///
  /// Other tensors may have taken their place, unless the engine keeps all.
  public func bytes(of tensor: Int) -> [UInt8] {
    Array(UnsafeBufferPointer(start: tensors[tensor], count: network.tensors[tensor].shape.count))
  }

  /// Runs the network on one sample and calls `body` with the bytes of its output.
  func compute(_ sample: some Collection<Float>) {
    precondition(sample.count == input.count, "a sample has as many features as the network has inputs")
    let quantization = network.inputTensor.quantization
    for (position, feature) in sample.enumerated() { input[position] = quantization.quantize(feature) }
    for kernel in kernels { kernel() }
  }

  /// The real numbers that the output's bytes stand for.
  func appendOutput(to outputs: inout [Float]) {
    let quantization = network.outputTensor.quantization
    for byte in output { outputs.append(quantization.dequantize(byte)) }
  }
}

extension IntegerNetwork {
  /// Bytes of its own for each tensor.
  fileprivate var separateMemory: Memory {
    var offsets: [Int] = []
    var count = 0
    for tensor in tensors {
      offsets.append(count)
      count += tensor.shape.count
    }
    return Memory(offsets: offsets, count: count)
  }
}

extension TrainedModel {
  /// The quantized model at work with integers.
  ///
  /// - Throws: `CompressionError` where the model is not quantized, or its quantization does not fit.
  public func integerPredictor() throws -> Predictor {
    let engine = IntegerEngine(try IntegerNetwork(self))
    return Predictor(self) { samples in
      var outputs: [Float] = []
      outputs.reserveCapacity(samples.count * engine.network.outputTensor.shape.count)
      let width = samples.width
      for sample in 0..<samples.count {
        engine.compute(samples.features[sample * width..<(sample + 1) * width])
        engine.appendOutput(to: &outputs)
      }
      return outputs
    }
  }

  /// The model at work with what it computes with: integers where it is quantized, else floating-point numbers.
  public func anyPredictor() throws -> Predictor {
    quantization == nil ? try predictor() : try integerPredictor()
  }
}
