import Graphs

/// The order in which the nodes of a graph are computed, and which of them take turns over some images at a time, so that
/// what one of them writes is still in the second cache where the next one reads it.
struct Schedule {
  /// Nodes that are computed one after the other.
  struct Stage {
    /// The nodes in order.
    let values: [Value]
    /// Whether each place of an image counts as an image of its own.
    let isByPlace: Bool
    /// How many images there are.
    let images: Int
    /// How many of them are worked on at a time.
    let group: Int
    /// Whether what a group works on fits into the cache.
    let fitsCache: Bool

    /// Whether the nodes take turns.
    var isDivided: Bool { values.count > 1 && group < images }
  }

  /// The stages in order.
  let stages: [Stage]

  /// The values of divided stages that nobody reads outside of them, so that memory for one group of images is enough.
  let passing: Set<Value>

  /// The values whose places others take, since nobody reads them any more: in a divided stage those that an earlier node has
  /// read last, else inputs of elementwise nodes.
  let overwritten: [Value: Value]

  private let stageOfNode: [Int?]

  /// The numbers that the third cache may be expected to keep: what fits there was slower in turns.
  static let leastNumbers = 1 << 22

  /// Whether the values that a graph computes have at least so many numbers.
  static func isLarge(_ graph: Graph, _ leastNumbers: Int = Self.leastNumbers) -> Bool {
    var left = leastNumbers
    for node in graph.nodes where !node.operation.isStored {
      left -= min(left, node.shape.count)
    }
    return left == 0
  }

  /// Finds the order.
  ///
  /// - Parameters:
  ///   - graph: Whose nodes are computed.
  ///   - kept: Values that are read after the last stage.
  ///   - divides: Whether nodes may take turns; without, each is a stage of its own.
  ///   - leastNumbers: The numbers of all values from which on nodes take turns.
  ///   - cachedNumbers: The numbers that fit well into the second cache along with what else a node works on.
  init(
    _ graph: Graph, kept: Set<Value>, divides: Bool, leastNumbers: Int = Self.leastNumbers, cachedNumbers: Int = 65536
  ) {
    stages = Self.stages(of: graph, divides: divides && Self.isLarge(graph, leastNumbers), cachedNumbers)
    var stageOfNode: [Int?] = Array(repeating: nil, count: graph.nodes.count)
    var lastReaders: [Value?] = Array(repeating: nil, count: graph.nodes.count)
    var passing: Set<Value> = []
    for (number, stage) in stages.enumerated() {
      for value in stage.values {
        stageOfNode[value.index] = number
        if stage.isDivided, !kept.contains(value), !graph[value].operation.sumsOverImages { passing.insert(value) }
        for input in graph[value].inputs {
          if stageOfNode[input.index] != number { passing.remove(input) }
          if !kept.contains(input), !graph[input].operation.isStored { lastReaders[input.index] = value }
        }
      }
    }
    var overwritten: [Value: Value] = [:]
    for stage in stages {
      // What is read whole is read again for each group.
      let readWhole = stage.isDivided ? Self.readWhole(by: stage, in: graph) : []
      // Values of all images that no further node of the stage reads.
      var free: [Value] = []
      for value in stage.values {
        let (node, count) = (graph[value], graph.shape(of: value).count)
        // Where a group does not fit into the cache, a place that was just read is better than another one to be written.
        let leavesCache = passing.contains(value) && !stage.fitsCache
        let ended = node.inputs.enumerated().filter { position, input in
          lastReaders[input.index] == value && !readWhole.contains(input) && !node.inputs[..<position].contains(input)
        }
        var source = ended.first { position, input in
          node.operation.mayOverwrite(input: position) && graph.shape(of: input).count == count
            && (passing.contains(input) == passing.contains(value) || leavesCache && !passing.contains(input))
        }?.element
        if source == nil, !passing.contains(value), !node.operation.sumsOverImages {
          source = free.firstIndex { graph.shape(of: $0).count == count }.map { free.remove(at: $0) }
        }
        if let source {
          overwritten[value] = source
          if !passing.contains(source) { passing.remove(value) }
        }
        guard stage.isDivided else { continue }
        free += ended.map(\.element).filter { $0 != source && !passing.contains($0) }
      }
    }
    (self.passing, self.overwritten, self.stageOfNode) = (passing, overwritten, stageOfNode)
  }

  /// The shapes that the kernel of a node works on: the node's own, or in a stage by place with each place as an image.
  func shapes(of value: Value, in graph: Graph) -> (inputs: [Shape], output: Shape) {
    let node = graph[value]
    let shapes = node.inputs.map(graph.shape)
    guard let stage = stageOfNode[value.index], stages[stage].isDivided, stages[stage].isByPlace else {
      return (shapes, node.shape)
    }
    let imageInputCount = node.operation.imageInputCount ?? 0
    return (
      shapes.enumerated().map { $0 < imageInputCount ? $1.byPlace : $1 },
      node.operation.sumsOverImages ? node.shape : node.shape.byPlace
    )
  }

  /// The values that nodes of a stage read not image by image.
  private static func readWhole(by stage: Stage, in graph: Graph) -> Set<Value> {
    Set(stage.values.flatMap { graph[$0].inputs.dropFirst(graph[$0].operation.imageInputCount ?? 0) })
  }

  private static func stages(of graph: Graph, divides: Bool, _ cachedNumbers: Int) -> [Stage] {
    var stages: [Stage] = []
    var open: OpenStage?
    for value in graph.values where !graph[value].operation.isStored {
      if divides, open?.take(value, of: graph) == true { continue }
      let next = divides ? OpenStage(value, of: graph, cachedNumbers) : nil
      if let ended = open, next != nil || ended.isRead(by: value, of: graph) {
        stages.append(ended.stage)
        open = nil
      }
      if let next {
        open = next
      } else {
        // What needs nothing of the open stage goes before it.
        stages.append(Stage(values: [value], isByPlace: false, images: 1, group: 1, fitsCache: true))
      }
    }
    if let open { stages.append(open.stage) }
    return stages
  }

  /// A stage that further nodes may enter.
  private struct OpenStage {
    private var values: [Value] = []
    private let images: Int
    private let cachedNumbers: Int
    /// The places of all images, where each node so far goes over them one by one.
    private var places: Int?
    /// The numbers of all images in all values, and those that all images share.
    private var (imageCount, sharedCount) = (0, 0)
    /// The values that are counted.
    private var counted: Set<Value> = []

    /// A stage of one node, or nil where it does not go image by image.
    init?(_ value: Value, of graph: Graph, _ cachedNumbers: Int) {
      guard graph[value].operation.imageInputCount != nil else { return nil }
      self.cachedNumbers = cachedNumbers
      let shape = graph.shape(of: graph[value].inputs[0])
      (images, places) = (shape.imageCount, shape.byPlace.imageCount)
      add(value, of: graph)
    }

    /// Whether a node reads what a node of the stage makes.
    func isRead(by value: Value, of graph: Graph) -> Bool {
      graph[value].inputs.contains { values.contains($0) }
    }

    /// Lets a node enter where it goes over the same images, and reads of what the stage makes nothing but the same images.
    mutating func take(_ value: Value, of graph: Graph) -> Bool {
      let node = graph[value]
      guard let imageInputCount = node.operation.imageInputCount,
        graph.shape(of: node.inputs[0]).imageCount == images
      else { return false }
      for (position, input) in node.inputs.enumerated() where values.contains(input) {
        guard position < imageInputCount, !graph[input].operation.sumsOverImages else { return false }
      }
      var larger = self
      larger.add(value, of: graph)
      // What all images share is read again for each group.
      guard larger.sharedCount <= max(cachedNumbers, larger.imageCount / images) else { return false }
      self = larger
      return true
    }

    /// As many images as make whole blocks of loops, for which there is room for `count`.
    private static func group(of count: Int) -> Int {
      // Loops take blocks of 64 and 192 places, and a gradient by the weight in bfloat16 takes images in pairs.
      count > 192 ? count - count % 192 : max(2, count - count % 2)
    }

    private mutating func add(_ value: Value, of graph: Graph) {
      let node = graph[value]
      if !node.goesByPlace(in: graph) || graph.shape(of: node.inputs[0]).byPlace.imageCount != places { places = nil }
      func count(_ value: Value, isOfImages: Bool) {
        guard counted.insert(value).inserted else { return }
        if isOfImages {
          imageCount += graph.shape(of: value).count
        } else {
          sharedCount += graph.shape(of: value).count
        }
      }
      for (position, input) in node.inputs.enumerated() {
        count(input, isOfImages: position < node.operation.imageInputCount ?? 0)
      }
      count(value, isOfImages: !node.operation.sumsOverImages)
      values.append(value)
    }

    var stage: Stage {
      let images = places ?? images
      let group = Self.group(of: cachedNumbers / max(1, imageCount / images))
      return Stage(
        values: values, isByPlace: places != nil, images: images, group: group,
        fitsCache: imageCount / images * group <= cachedNumbers)
    }
  }
}

extension Shape {
  /// With each place of an image as an image of its own.
  fileprivate var byPlace: Shape {
    guard rank > 1 else { return self }
    let channels = self[rank - 1]
    return rank == 4 ? [count / channels, 1, 1, channels] : [count / channels, channels]
  }
}

extension Graph.Node {
  /// Whether an operation that goes image by image also goes place by place.
  fileprivate func goesByPlace(in graph: Graph) -> Bool {
    func isPointwise(_ convolution: Convolution, _ weight: Shape) -> Bool {
      convolution.stride == Extent(1) && convolution.padding == Extent(0) && convolution.groups == 1 && weight[0] == 1
        && weight[1] == 1
    }
    switch operation {
    case .convolution(.forward(let convolution, _)), .convolution(.inputGradient(let convolution, _)):
      return isPointwise(convolution, graph.shape(of: inputs[1]))
    case .convolution(.weightGradient(let convolution, let weight)): return isPointwise(convolution, weight)
    case .pooling, .normalization(.batchNormalizePooled), .normalization(.batchSums(_, .pooledReLU)),
      .normalization(.batchInputGradient(_, .pooledReLU)):
      return false
    default: return true
    }
  }
}

extension Operation {
  /// How many of the first inputs are read image by image, for an output of images or a sum over them; nil where all images
  /// are looked at together.
  var imageInputCount: Int? {
    switch self {
    case .activation: 1
    case .activationGradient, .add, .multiply: 2
    case .convolution(.forward), .convolution(.inputGradient): 1
    case .convolution(.weightGradient): 2
    case .pooling(.maximumGradient): 2
    case .pooling: 1
    case .normalization(let operation):
      switch operation {
      case .batch, .batchMoments, .batchNormalize, .batchNormalizePooled: 1
      case .batchSums(_, .pooledReLU): 3
      case .batchSums, .batchInputGradient: 2
      case .movingAverage, .layer, .layerSums, .layerInputGradient: nil
      }
    default: nil
    }
  }

  /// Whether the output is a sum over all images, where the operation goes image by image.
  var sumsOverImages: Bool {
    switch self {
    case .convolution(.weightGradient), .normalization(.batchMoments), .normalization(.batchSums): true
    default: false
    }
  }
}
