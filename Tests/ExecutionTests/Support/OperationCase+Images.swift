import Graphs

extension OperationCase {
  /// The operations on images, over random extents, windows, strides, paddings, dilations and groups.
  static func images(_ random: inout SplitMix) -> [OperationCase] {
    convolutions(&random) + poolings(&random) + normalizations(&random)
  }

  private static func convolutions(_ random: inout SplitMix) -> [OperationCase] {
    var cases: [OperationCase] = []
    for kind in 0..<4 {
      var convolution = Convolution(
        stride: random.windowExtent(),
        padding: Extent(height: .random(in: 0...2, using: &random), width: .random(in: 0...2, using: &random)),
        dilation: kind == 3 ? random.windowExtent() : Extent(1))
      let window = random.windowExtent()
      let groups = Int.random(in: 1...3, using: &random)
      var (inner, channels) = (random.extent(upTo: 18), random.extent(upTo: 35))
      switch kind {
      case 1:  // groups
        (inner, channels) = (min(inner, 5), channels % 9 + 1)
        convolution.groups = groups
      case 2:  // depthwise
        (convolution.groups, inner, channels) = (channels, 1, groups == 3 ? 2 : 1)
      default:
        break
      }
      let (n, c, o) = (
        Int.random(in: 1...3, using: &random), inner * convolution.groups, channels * convolution.groups
      )
      let height = (window.height - 1) * convolution.dilation.height + .random(in: 1...5, using: &random)
      let width = (window.width - 1) * convolution.dilation.width + .random(in: 1...9, using: &random)
      let (x, weight): (Shape, Shape) = ([n, height, width, c], [window.height, window.width, inner, o])
      guard let y = convolution.outputShape(x: x, weight: weight) else { continue }
      cases.append(OperationCase(.convolution(.forward(convolution, activation: nil)), [x, weight], random: &random))
      cases.append(
        OperationCase(.convolution(.forward(convolution, activation: .relu)), [x, weight, [o]], random: &random))
      cases.append(OperationCase(.convolution(.inputGradient(convolution, input: x)), [y, weight], random: &random))
      cases.append(OperationCase(.convolution(.weightGradient(convolution, weight: weight)), [y, x], random: &random))
    }
    return cases
  }

  private static func poolings(_ random: inout SplitMix) -> [OperationCase] {
    var cases: [OperationCase] = []
    for kind in 0..<3 {
      let window = kind == 0 ? Extent(2) : random.windowExtent()
      let pooling = Pooling(
        window: window, stride: kind == 2 ? random.windowExtent() : nil,
        padding: Extent(
          height: .random(in: 0...window.height / 2, using: &random),
          width: .random(in: 0...window.width / 2, using: &random)))
      let x: Shape = [
        .random(in: 1...3, using: &random), window.height + .random(in: 0...6, using: &random),
        window.width + .random(in: 0...6, using: &random), random.extent(upTo: 35),
      ]
      guard let y = pooling.outputShape(x: x) else { continue }
      cases.append(OperationCase(.pooling(.maximum(pooling)), [x], random: &random))
      cases.append(OperationCase(.pooling(.maximumGradient(pooling)), [y, x], random: &random))
      for counts in [false, true] {
        cases.append(OperationCase(.pooling(.average(pooling, countsPadding: counts)), [x], random: &random))
        cases.append(
          OperationCase(.pooling(.averageGradient(pooling, countsPadding: counts, input: x)), [y], random: &random))
      }
      cases.append(OperationCase(.pooling(.globalAverage), [x], random: &random))
      cases.append(OperationCase(.pooling(.globalAverageGradient(input: x)), [[x[0], x[3]]], random: &random))
    }
    return cases
  }

  private static func normalizations(_ random: inout SplitMix) -> [OperationCase] {
    let c = random.extent(upTo: 35)
    let x: Shape = [.random(in: 1...4, using: &random), .random(in: 1...5, using: &random), 3, c]
    func test(_ operation: NormalizationOperation, _ shapes: [Shape]) -> OperationCase {
      OperationCase(.normalization(operation), shapes, random: &random)
    }
    let two: Shape = [2, c]
    // Few features of nearly equal values would magnify every rounding by 1 / sqrt(epsilon).
    var cases = [
      test(.batchNormalize(epsilon: 1e-3, activation: nil), [two, [2, c], [c], [c]]),
      test(.batchInputGradient(epsilon: 1e-3, tail: nil), [two, two, [2, c], [c], [2, c]]),
      test(.batch(BatchNormalization(epsilon: 1e-3)), [x, [c], [c], [c], [c]]), test(.batchMoments, [x]),
      test(.movingAverage(momentum: 0.3, row: 1, correction: 1.25), [[c], [2, c]]),
      test(.layer(epsilon: 0.02), [x, [c], [c]]), test(.layerSums(epsilon: 0.02), [x, x]),
      test(.layerInputGradient(epsilon: 0.02), [x, x, [c]]),
    ]
    for activation in [nil, .relu, .sigmoid, .elu(alpha: 1)] as [Activation?] {
      cases.append(test(.batchNormalize(epsilon: 1e-3, activation: activation), [x, [2, c], [c], [c]]))
    }
    let pooled: Shape = [x[0], .random(in: 1...3, using: &random), .random(in: 1...3, using: &random), c]
    let whole: Shape = [x[0], 2 * pooled[1], 2 * pooled[2], c]
    cases.append(test(.batchNormalizePooled(epsilon: 1e-3), [whole, [2, c], [c], [c]]))
    for (tail, g, x) in [(nil, x, x), (.relu, x, x), (.pooledReLU, pooled, whole)]
      as [(NormalizationTail?, Shape, Shape)]
    {
      let figures: [Shape] = tail == nil ? [] : [[c], [c]]
      cases += [
        test(.batchSums(epsilon: 1e-3, tail: tail), [g, x] + (tail == .pooledReLU ? [g] : []) + [[2, c]] + figures),
        test(.batchInputGradient(epsilon: 1e-3, tail: tail), [g, x, [2, c], [c], [2, c]] + figures.dropFirst()),
      ]
    }
    return cases
  }
}

extension SplitMix {
  /// A window, stride or dilation of 1 to 3, seldom 4, in each direction.
  fileprivate mutating func windowExtent() -> Extent {
    Extent(height: .random(in: 1...3, using: &self), width: .random(in: 1...4, using: &self))
  }
}
