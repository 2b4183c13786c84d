import CKernels
import CTiles
import Graphs
import Testing

@testable import Execution

/// Rounding to bfloat16, and plans whose products are of it.
@Suite struct BFloat16Tests {
  @Test("Numbers are rounded to the nearest of 8 significant bits, ties to even")
  func rounding() {
    #expect(BFloat16.rounded(1) == 1)
    #expect(BFloat16.rounded(0x1.01p0) == 0x1.00p0)  // a tie, down to even
    #expect(BFloat16.rounded(0x1.03p0) == 0x1.04p0)  // a tie, up to even
    #expect(BFloat16.rounded(0x1.010002p0) == 0x1.02p0)
    #expect(BFloat16.rounded(-0x1.00fffep0) == -1)
    #expect(BFloat16.rounded(.greatestFiniteMagnitude) == .infinity)
    #expect(BFloat16.rounded(-.infinity) == -.infinity)
    #expect(BFloat16.rounded(.nan).isNaN)
    let tiny = BFloat16.rounded(-0x1p-130)
    #expect(tiny == 0 && tiny.sign == .minus)
  }

  @Test("The rounded number is one of the two neighbours, and none is nearer")
  func nearest() {
    var random = SplitMix(11)
    for _ in 0..<20_000 {
      let x = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random))
      guard x.isFinite, x.magnitude >= .leastNormalMagnitude, x.magnitude < 0x1p127 else { continue }
      let rounded = BFloat16.rounded(x)
      #expect(rounded.bitPattern & 0xFFFF == 0)
      let step = x.binade.magnitude * 0x1p-7
      #expect((rounded - x).magnitude <= step / 2, "\(x) became \(rounded)")
    }
  }

  @Test("The processor rounds as the oracle does", .enabled(if: Precision.isBFloat16Available))
  func processorRoundsAlike() throws {
    let pairs = try #require(VectorTable.best.bfloat16.first)
    let special: [Float] = [.infinity, -.infinity, 0, -0.0, 0x1.01p0, 0x1.03p0, 0x1p-140]
    var random = SplitMix(12)
    for count in 1...70 {
      let x = (0..<count).map { index -> Float in
        if index % 9 == 0 { return special[index / 9 % special.count] }
        return Float(bitPattern: UInt32.random(in: 0..<0x7F80_0000, using: &random))
      }
      var out = Array(repeating: Float.nan, count: (count + 1) / 2)
      pairs.pairColumns(x, 1, count, &out)
      var expected = x.map { BFloat16.rounded($0).bitPattern >> 16 }
      if count % 2 == 1 { expected.append(0) }
      let found = out.flatMap { [$0.bitPattern & 0xFFFF, $0.bitPattern >> 16] }
      #expect(found == expected, "\(count) numbers")
    }
  }

  @Test("Random products of pairs agree with sums in double precision, and read and write nothing beyond their memory")
  func randomProducts() {
    for table in KernelContractTests.Backend.bfloat16Tables {
      let found = withUnsafePointer(to: table) { CCheckProducts($0, 100) }
      #expect(found.products == 200 && found.numbers > 100_000)
      #expect(found.wrong == 0, "\(String(cString: table.name))")
    }
  }

  @Test("A training in bfloat16 follows the rounding oracle", .enabled(if: Precision.isBFloat16Available))
  func followsOracle() throws {
    let own = try Self.losses(precision: .bfloat16)
    let oracle = try Self.losses(kernels: .reference, precision: .bfloat16)
    let exact = try Self.losses(precision: .float32)
    // A number at the edge of two roundings may fall to either side, and then differs by a part in 256.
    for (own, oracle) in zip(own, oracle) { #expect(abs(own - oracle) < 1e-3 * oracle) }
    #expect(own != exact)
  }

  @Test("The automatic precision leaves parameters and running figures as they were")
  func automaticPrecision() throws {
    let (graph, _, _, loss) = try Self.network()
    let store = ParameterStore(graph, seed: 3)
    let before = store.snapshot()
    let plan = try Plan(training: graph, loss: loss, parameters: store, precision: .auto)
    #expect(plan.precision != .auto)
    #expect(store.snapshot() == before)
    if !Precision.isBFloat16Available { #expect(plan.precision == .float32) }
    let plain = try Plan(training: graph, loss: loss, parameters: store, kernels: .reference, precision: .auto)
    #expect(plain.precision == .float32)
  }

  @Test("Without the instructions bfloat16 is refused", .enabled(if: !Precision.isBFloat16Available))
  func refusal() throws {
    let (graph, _, _, loss) = try Self.network()
    let store = ParameterStore(graph, seed: 3)
    #expect { try Plan(training: graph, loss: loss, parameters: store, precision: .bfloat16) } throws: {
      ($0 as? ExecutionError)?.code == .kernelsUnavailable && "\($0)".contains("AVX512-BF16")
    }
  }

  /// Two convolutions with normalization, one of them of one channel, and a dense layer.
  private static func network() throws -> (graph: Graph, x: Value, labels: Value, loss: Value) {
    var graph = Graph()
    let x = try graph.input("x", shape: [7, 9, 9, 1])
    let labels = try graph.input("labels", shape: [7])
    var value = try graph.conv2d(x, channels: 5, hasBias: false, name: "conv1")
    value = try graph.relu(graph.batchNormalization(value, name: "norm1"))
    value = try graph.conv2d(value, channels: 6, stride: Extent(2), name: "conv2")
    value = try graph.relu(graph.batchNormalization(value, name: "norm2"))
    let logits = try graph.dense(graph.flatten(value), units: 4, name: "head")
    let loss = try graph.softmaxCrossEntropy(logits: logits, labels: labels)
    return (graph, x, labels, loss)
  }

  /// The losses of five steps.
  private static func losses(kernels: Kernels = .automatic, precision: Precision) throws -> [Float] {
    let (graph, x, labels, loss) = try network()
    let store = ParameterStore(graph, seed: 3)
    let plan = try Plan(training: graph, loss: loss, parameters: store, kernels: kernels, precision: precision)
    #expect(plan.precision == precision)
    var random = SplitMix(4)
    let images = plan.input(x)
    for i in images.indices { images[i] = Float(random.number()) }
    let classes = plan.input(labels)
    for i in classes.indices { classes[i] = Float(i % 4) }
    let optimizer = OptimizerState(.momentum(0.9, learningRate: 0.05), parameters: store)
    return try (0..<5).map { _ in
      try plan.run()
      optimizer.step()
      return plan.scalar(loss)
    }
  }

  @Test("auto takes bfloat16 where its fastest run is at least a tenth faster, whatever single runs say")
  func choice() {
    /// Runs that take the given milliseconds by turns.
    func isChosen(bfloat16: [Int], float32: [Int]) -> Bool {
      var counts = [0, 0]
      return FasterPrecision.isBFloat16 { isRounded in
        let (times, place) = isRounded ? (bfloat16, 0) : (float32, 1)
        defer { counts[place] += 1 }
        return .milliseconds(times[counts[place] % times.count])
      }
    }
    #expect(isChosen(bfloat16: [10], float32: [20]))
    #expect(!isChosen(bfloat16: [20], float32: [10]))
    #expect(!isChosen(bfloat16: [10], float32: [11]), "a tenth is chance")
    #expect(isChosen(bfloat16: [10], float32: [12]))
    // The first runs of both are cold and do not count, nor do disturbed ones.
    #expect(isChosen(bfloat16: [900, 10, 300], float32: [5, 20, 20]))
    #expect(!isChosen(bfloat16: [1, 20, 20], float32: [900, 19, 400]))
    var runs = 0
    _ = FasterPrecision.isBFloat16 { _ in
      runs += 1
      return .seconds(3)
    }
    #expect(runs == 6, "slow graphs run twice each, after a first run")
  }
}
