import Execution
import Graphs
import Spelling
import Training

/// Which weights of a network are zero and stay so.
struct WeightMask {
  /// The weight of one layer.
  struct Layer {
    let name: String
    let shape: Shape
    /// The elements from one input of the layer to the next, in the row-major weight.
    let inputStride: Int
    /// The inputs of the layer.
    let inputCount: Int
    /// Whether an element is pruned.
    var isPruned: [Bool]
  }

  private let pattern: MagnitudePruning.Pattern
  private(set) var layers: [Layer] = []

  /// A mask that prunes nothing yet.
  ///
  /// - Throws: `CompressionError` of code `invalidOption` for numbers out of range or a layer that is not there, `wrongKind`
  ///   for a quantized model.
  init(_ pruning: MagnitudePruning, of model: TrainedModel) throws(CompressionError) {
    try pruning.validate()
    guard model.quantization == nil else {
      throw CompressionError(
        .wrongKind, "the model is quantized; prune the one with floating-point numbers that it was made of")
    }
    pattern = pruning.pattern
    let names: [String]
    (layers, names) = Self.layers(of: model, but: pruning.denseLayers)
    for name in pruning.denseLayers.sorted() where !names.contains(name) {
      throw CompressionError(
        .invalidOption,
        "the network has no layer '\(name)' to leave dense; \(NearestName.hint(for: name, among: names))")
    }
  }

  /// A mask of the weights that are zero in a model.
  init(zerosOf model: TrainedModel) {
    pattern = .global
    layers = Self.layers(of: model, but: []).layers.map { layer in
      var layer = layer
      if let weight = model.weights[layer.name] { layer.isPruned = weight.map { $0 == 0 } }
      return layer
    }
  }

  /// The layers that may be pruned, and the names of all that have weights.
  private static func layers(of model: TrainedModel, but dense: Set<String>) -> (layers: [Layer], names: [String]) {
    let graph = model.network.graph
    var layers: [Layer] = []
    var names: [String] = []
    for node in graph.nodes {
      guard let axis = node.inputAxis, case let weight = node.inputs[1] else { continue }
      names.append(node.name)
      let (name, shape) = (graph[weight].name, graph.shape(of: weight))
      guard !dense.contains(node.name), !layers.contains(where: { $0.name == name }) else { continue }
      layers.append(
        Layer(
          name: name, shape: shape, inputStride: shape.dimensions[(axis + 1)...].reduce(1, *), inputCount: shape[axis],
          isPruned: Array(repeating: false, count: shape.count)))
    }
    return (layers, names)
  }

  /// The share of weights that are pruned.
  var sparsity: Double {
    let count = layers.reduce(0) { $0 + $1.isPruned.count }
    return count == 0 ? 0 : Double(layers.reduce(0) { $0 + $1.isPruned.count(where: \.self) }) / Double(count)
  }

  /// Sets what is pruned to zero.
  func apply(to parameters: ParameterStore) {
    for layer in layers {
      guard let entry = parameters.layout[layer.name], entry.shape.count == layer.isPruned.count,
        let start = parameters.values.baseAddress
      else { continue }
      let weights = start + entry.offset
      layer.isPruned.withUnsafeBufferPointer { isPruned in
        for index in isPruned.indices { weights[index] = isPruned[index] ? 0 : weights[index] }
      }
    }
  }

  /// Prunes the smallest weights too, and sets them to zero; what is pruned stays so.
  ///
  /// - Parameter sparsity: The share that is pruned afterwards, of all weights or of each layer's; 2:4 prunes half.
  mutating func tighten(_ parameters: ParameterStore, to sparsity: Double) {
    apply(to: parameters)
    switch pattern {
    case .global: prune(Array(layers.indices), sparsity, parameters)
    case .perLayer: for place in layers.indices { prune([place], sparsity, parameters) }
    case .twoOfFour: for place in layers.indices { pruneGroups(place, parameters) }
    }
    apply(to: parameters)
  }

  /// Prunes the smallest of several layers' weights, of equal ones the first; each layer keeps its largest at least.
  private mutating func prune(_ places: [Int], _ sparsity: Double, _ parameters: ParameterStore) {
    var candidates: [(place: Int, magnitudes: [Float])] = []
    var (count, pruned, total) = (0, 0, 0)
    for place in places {
      var magnitudes = magnitudes(of: place, parameters)
      total += magnitudes.count
      // What is pruned already, and what has to stay, is no candidate.
      if let largest = magnitudes.indices.max(by: { magnitudes[$0] < magnitudes[$1] }) {
        magnitudes[largest] = .infinity
      }
      for index in magnitudes.indices where layers[place].isPruned[index] {
        magnitudes[index] = .infinity
        pruned += 1
      }
      count += magnitudes.count { $0 < .infinity }
      candidates.append((place, magnitudes))
    }
    let more = min(count, Int((sparsity * Double(total)).rounded()) - pruned)
    guard more > 0 else { return }
    let (threshold, below) = Self.threshold(of: more, among: candidates.map(\.magnitudes))
    var equal = more - below
    for (place, magnitudes) in candidates {
      for (index, magnitude) in magnitudes.enumerated() where magnitude <= threshold {
        if magnitude == threshold {
          guard equal > 0 else { continue }
          equal -= 1
        }
        layers[place].isPruned[index] = true
      }
    }
  }

  /// The number that is the `rank`-th smallest, from 1, and how many are smaller; by two counts over halves of the bits, which
  /// order as the numbers do where these have no sign.
  private static func threshold(of rank: Int, among lists: [[Float]]) -> (value: Float, below: Int) {
    var below = 0
    var bits: UInt32 = 0
    for isHigh in [true, false] {
      var counts = Array(repeating: 0, count: 1 << 16)
      for list in lists {
        for number in list {
          let pattern = number.bitPattern
          if isHigh {
            counts[Int(pattern >> 16)] += 1
          } else if pattern >> 16 == bits >> 16 {
            counts[Int(pattern & 0xFFFF)] += 1
          }
        }
      }
      var bucket = 0
      while below + counts[bucket] < rank {
        below += counts[bucket]
        bucket += 1
      }
      bits |= UInt32(bucket) << (isHigh ? 16 : 0)
    }
    return (Float(bitPattern: bits), below)
  }

  /// Prunes the smaller half of each four weights along the inputs; of what is left over of fewer, the smaller half as well.
  private mutating func pruneGroups(_ place: Int, _ parameters: ParameterStore) {
    let layer = layers[place]
    let magnitudes = magnitudes(of: place, parameters)
    for start in magnitudes.indices where start / layer.inputStride % layer.inputCount % 4 == 0 {
      let input = start / layer.inputStride % layer.inputCount
      let group = (0..<min(4, layer.inputCount - input)).map { start + $0 * layer.inputStride }
      let order = group.sorted { (magnitudes[$0], $0) < (magnitudes[$1], $1) }
      for index in order.prefix(group.count / 2) { layers[place].isPruned[index] = true }
    }
  }

  private func magnitudes(of place: Int, _ parameters: ParameterStore) -> [Float] {
    (parameters.values(of: layers[place].name) ?? []).map(abs)
  }

  // MARK: - Records

  /// The mask as numbers, 24 weights each.
  var record: [Float] {
    layers.flatMap { layer in
      stride(from: 0, to: layer.isPruned.count, by: 24).map { start in
        var bits: UInt32 = 0
        for (place, isPruned) in layer.isPruned[start..<min(start + 24, layer.isPruned.count)].enumerated()
        where isPruned {
          bits |= 1 << UInt32(place)
        }
        return Float(bits)
      }
    }
  }

  /// Takes back what `record` was.
  ///
  /// - Throws: `CompressionError` of code `inconsistent` where it is of other layers.
  mutating func restore(_ record: [Float]) throws(CompressionError) {
    let counts = layers.map { ($0.isPruned.count + 23) / 24 }
    guard record.count == counts.reduce(0, +),
      record.allSatisfy({ $0 >= 0 && $0 < 0x1p24 && $0 == $0.rounded() })
    else { throw CompressionError(.inconsistent, "the record of pruned weights is of another network") }
    var start = 0
    for (place, count) in counts.enumerated() {
      let bits = record[start..<start + count].map { UInt32($0) }
      for index in layers[place].isPruned.indices {
        layers[place].isPruned[index] = bits[index / 24] >> UInt32(index % 24) & 1 == 1
      }
      start += count
    }
  }
}

extension Graph.Node {
  /// The axis of the weight along which a layer has its inputs; nil for what is no layer.
  fileprivate var inputAxis: Int? {
    switch operation {
    case .dense: 1
    case .convolution(.forward): 2
    default: nil
    }
  }
}
