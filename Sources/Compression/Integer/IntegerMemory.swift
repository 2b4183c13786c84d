import Execution
import Graphs

extension IntegerNetwork {
  /// Where each tensor lies in one block of bytes, as the engine and the C source place them.
  package struct Memory: Sendable, Hashable {
    /// The first byte of each tensor.
    package let offsets: [Int]
    /// The bytes of the block.
    package let count: Int
  }

  /// The bytes of the weights, biases, multipliers and tables that a device keeps: weights packed to their bits.
  public var flashBytes: Int {
    nodes.reduce(0) { sum, node in
      switch node.operation {
      case .convolution(_, let weights, _), .dense(let weights, _): sum + weights.flashBytes
      case .lookup(let table, _): sum + table.count
      case .concatenate(let tables): sum + tables.reduce(0) { $0 + $1.count }
      default: sum
      }
    }
  }

  /// The most bytes of tensors that are needed at one time, while one node after the other runs.
  public var peakActivationBytes: Int {
    let blocks = blocks.blocks
    return nodes.indices.map { step in
      blocks.filter { $0.firstStep <= step && step <= $0.lastStep }.reduce(0) { $0 + $1.count }
    }.max() ?? inputTensor.shape.count
  }

  /// Places the tensors; those that are never needed at the same time share bytes.
  package var memory: Memory {
    let (blocks, blockOfTensor) = blocks
    let placement = ArenaPlacement.tight(blocks)
    return Memory(offsets: blockOfTensor.map { placement.places[$0] }, count: placement.count)
  }

  /// The blocks of bytes with the steps that they are needed in.
  ///
  /// A reshape has the block of what it reads; a sum or a table takes the place of an input that nobody reads after it.
  private var blocks: (blocks: [ArenaBlock], blockOfTensor: [Int]) {
    var lastReads = Array(repeating: 0, count: tensors.count)
    for (step, node) in nodes.enumerated() {
      for input in node.inputs { lastReads[input] = step }
    }
    lastReads[output] = nodes.count
    var blocks = [ArenaBlock(count: inputTensor.shape.count, firstStep: 0, lastStep: lastReads[input])]
    var blockOfTensor = Array(repeating: 0, count: tensors.count)
    for (step, node) in nodes.enumerated() {
      let shared = node.inputs.first { input in
        let block = blocks[blockOfTensor[input]]
        return node.operation == .reshape
          || node.operation.isElementwise && block.lastStep == step
            && block.count == tensors[node.output].shape.count
      }
      if let shared {
        blockOfTensor[node.output] = blockOfTensor[shared]
        let block = blockOfTensor[shared]
        blocks[block].lastStep = max(blocks[block].lastStep, lastReads[node.output])
      } else {
        blockOfTensor[node.output] = blocks.count
        blocks.append(
          ArenaBlock(count: tensors[node.output].shape.count, firstStep: step, lastStep: lastReads[node.output]))
      }
    }
    return (blocks, blockOfTensor)
  }
}

extension IntegerOperation {
  /// Whether each byte of the output is made of the bytes in its place alone.
  fileprivate var isElementwise: Bool {
    switch self {
    case .add, .lookup: true
    default: false
    }
  }
}

extension IntegerWeights {
  /// The bytes of packed weights, of 32-bit biases and of multipliers in single precision.
  public var flashBytes: Int { packedByteCount + 8 * channelCount }

  /// The bits that an element takes in memory: 2, 4 or 8.
  public var packedBits: Int { bits <= 2 ? 2 : bits <= 4 ? 4 : 8 }

  /// The bytes of all elements, several to a byte where they are of few bits.
  public var packedByteCount: Int { (elements.count * packedBits + 7) / 8 }
}
