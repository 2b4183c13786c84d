import Graphs

extension OperationCase {
  /// Roundings to few bits, with numbers on both sides of what is cut off. None lies near the middle between two whole steps,
  /// where Float and Double round apart.
  static func fakeQuantizations(_ random: inout SplitMix) -> [OperationCase] {
    valueRoundings(&random) + weightRoundings(&random)
  }

  private static func valueRoundings(_ random: inout SplitMix) -> [OperationCase] {
    let shape: Shape = [random.extent(), random.extent()]
    let step = Double.random(in: 0.01...0.5, using: &random)
    let zero = Int.random(in: 0...255, using: &random)
    let range = [-Double(zero) * step, Double(255 - zero) * step]
    let x = (0..<shape.count).map { _ in
      step * random.offMiddle(Double(Int.random(in: -20 - zero...275 - zero, using: &random)))
    }
    let upstream = (0..<shape.count).map { _ in random.number() }
    func test(_ operation: FakeQuantization, _ shapes: [Shape], _ inputs: [[Double]]) -> OperationCase {
      OperationCase(operation: .fakeQuantization(operation), shapes: shapes, inputs: inputs)
    }
    return [
      test(.values(momentum: nil), [shape, [2]], [x, range]),
      test(.values(momentum: 0.01), [shape, [2]], [x, range]),
      test(.valuesGradient, [shape, shape, [2]], [upstream, x, range]),
      test(.movingRange(momentum: 0.01), [[2], shape], [range, x]),
    ]
  }

  private static func weightRoundings(_ random: inout SplitMix) -> [OperationCase] {
    var cases: [OperationCase] = []
    for isDense in [true, false] {
      for isPerChannel in [true, false] {
        let bits = Int.random(in: 2...8, using: &random)
        let limit = (1 << (bits - 1)) - 1
        let shape: Shape =
          isDense
          ? [random.extent(), random.extent()]
          : [.random(in: 1...3, using: &random), 2, random.extent(upTo: 9), random.extent()]
        let channels = WeightChannels(shape)
        var steps = (0..<(isPerChannel ? channels.count : 1)).map { _ in Double.random(in: 0.01...0.5, using: &random) }
        // Learning may take a step beyond 0.
        if steps.count > 3 { steps[2] *= -1 }
        let weights = (0..<shape.count).map { position in
          let step = abs(steps[isPerChannel ? channels.channel(of: position) : 0])
          return step * random.offMiddle(Double(Int.random(in: -limit - 2...limit + 2, using: &random)))
        }
        let upstream = (0..<shape.count).map { _ in random.number() }
        let stepShape: Shape = [steps.count]
        func add(_ operation: FakeQuantization, _ shapes: [Shape], _ inputs: [[Double]]) {
          cases.append(OperationCase(operation: .fakeQuantization(operation), shapes: shapes, inputs: inputs))
        }
        add(.weights(bits: bits), [shape, stepShape], [weights, steps])
        add(.weightsGradient(bits: bits), [shape, shape, stepShape], [upstream, weights, steps])
        add(.stepsGradient(bits: bits), [shape, shape, stepShape], [upstream, weights, steps])
        add(.extents(bits: bits, isPerChannel: isPerChannel), [shape], [weights])
      }
    }
    return cases
  }
}

extension SplitMix {
  /// A number within 0.4 of a whole one.
  fileprivate mutating func offMiddle(_ whole: Double) -> Double {
    whole + Double.random(in: -0.4...0.4, using: &self)
  }
}
