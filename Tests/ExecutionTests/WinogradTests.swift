import CKernels
import Graphs
import RealModule
import Testing

@testable import Execution

/// Convolutions by minimal filtering: what they compute is what the others do, in fewer products.
@Suite struct WinogradTests {
  private typealias Backend = KernelContractTests.Backend

  /// A convolution with the shapes of x, the weight and y.
  private struct Case {
    let convolution: Convolution
    let x: Shape, weight: Shape, y: Shape

    init?(_ convolution: Convolution, x: Shape, outputs: Int) {
      let weight: Shape = [3, 3, x[3], outputs]
      guard let y = convolution.outputShape(x: x, weight: weight) else { return nil }
      (self.convolution, self.x, self.weight, self.y) = (convolution, x, weight, y)
    }

    /// A random one.
    init?(_ random: inout SplitMix) {
      self.init(
        Convolution(
          padding: Extent(height: .random(in: 0...3, using: &random), width: .random(in: 0...3, using: &random))),
        x: [
          .random(in: 1...5, using: &random), .random(in: 1...11, using: &random), .random(in: 1...11, using: &random),
          .random(in: 24...70, using: &random),
        ], outputs: .random(in: 24...70, using: &random))
    }

    /// Whether the output and the gradient by the weight, and that by the input are computed by minimal filtering.
    func isFaster(isRounded: Bool, _ set: VectorKernelSet) -> (output: Bool, input: Bool) {
      func isFaster(_ written: Shape) -> Bool {
        WinogradConvolution.isFaster(convolution, weight: weight, written: written, isRounded: isRounded, set)
      }
      return (isFaster(y), isFaster(x))
    }

    /// The convolution with and without bias, ReLU and an activation behind it, and its gradients.
    func operations(_ random: inout SplitMix) -> [OperationCase] {
      [
        (.forward(convolution, activation: nil), [x, weight]),
        (.forward(convolution, activation: .relu), [x, weight]),
        (.forward(convolution, activation: .tanh), [x, weight, [weight[3]]]),
        (.forward(convolution, activation: .relu), [x, weight, [weight[3]]]),
        (.inputGradient(convolution, input: x), [y, weight]), (.weightGradient(convolution, weight: weight), [y, x]),
      ].map { (operation: ConvolutionOperation, shapes: [Shape]) in
        // Sums of hundreds of products stay near 1, as the tolerance has it.
        let inputs = shapes.map { shape in (0..<shape.count).map { _ in random.number() / 8 } }
        return OperationCase(operation: .convolution(operation), shapes: shapes, inputs: inputs)
      }
    }
  }

  @Test(
    "Convolutions of many channels and their gradients agree with the oracle, whole and some images at a time",
    arguments: VectorTable.all.indices)
  func agreesWithOracle(_ table: Int) throws {
    let set = VectorKernelSet(VectorTable.all[table])
    let backend = Backend(testDescription: VectorTable.all[table].name) { VectorKernelSet(VectorTable.all[table]) }
    var taken = 0
    for seed in 0..<40 as Range<UInt64> {
      var random = SplitMix(seed)
      // The last ones have the fewest channels, and such that the least number of tiles is worked on at once.
      let test =
        switch seed {
        case 37: Case(Convolution(padding: Extent(1)), x: [3, 6, 8, 16], outputs: 16)
        case 38: Case(Convolution(padding: Extent(1)), x: [2, 8, 8, 12], outputs: 24)
        case 39: Case(Convolution(padding: Extent(1)), x: [3, 8, 10, 130], outputs: 129)
        default: Case(&random)
        }
      guard let test else { continue }
      let isFaster = test.isFaster(isRounded: false, set)
      taken += (isFaster.output ? 1 : 0) + (isFaster.input ? 1 : 0)
      for operation in test.operations(&random) {
        try KernelContractTests.check(operation, set, of: backend)
        try KernelContractTests.check(operation, set, of: backend, isFlush: true)
        for group in 1...2 { try KernelContractTests.checkByGroups(operation, set, of: backend, group: group) }
      }
    }
    #expect(taken > 40)
  }

  @Test("It is taken for windows of three by three, many channels and tiles that mostly lie in the image")
  func choice() {
    let set = VectorKernelSet()
    func isFaster(
      _ convolution: Convolution = Convolution(padding: Extent(1)), _ weight: Shape = [3, 3, 32, 64],
      _ written: Shape = [8, 8, 8, 64], isRounded: Bool = false, _ set: VectorKernelSet = set
    ) -> Bool {
      WinogradConvolution.isFaster(convolution, weight: weight, written: written, isRounded: isRounded, set)
    }
    #expect(isFaster())
    #expect(isFaster(Convolution(), [3, 3, 16, 16]))
    #expect(!isFaster(Convolution(), [3, 3, 1, 64]))
    #expect(!isFaster(Convolution(), [3, 3, 3, 32]))
    #expect(!isFaster(Convolution(), [5, 5, 32, 64]))
    #expect(!isFaster(Convolution(), [3, 1, 32, 64]))
    #expect(!isFaster(Convolution(stride: Extent(2))))
    #expect(!isFaster(Convolution(dilation: Extent(2))))
    #expect(!isFaster(Convolution(groups: 2)))
    // Whatever the number of images, of the same ways for each of them.
    for images in [1, 100] {
      #expect(isFaster(Convolution(), [3, 3, 64, 64], [images, 4, 4, 64]))
      #expect(isFaster(Convolution(), [3, 3, 64, 64], [images, 7, 7, 64]))
      #expect(!isFaster(Convolution(), [3, 3, 64, 64], [images, 3, 3, 64]))
      #expect(!isFaster(Convolution(), [3, 3, 256, 256], [images, 2, 2, 256]))
      #expect(!isFaster(Convolution(), [3, 3, 256, 256], [images, 1, 1, 256]))
      #expect(!isFaster(Convolution(), [3, 3, 16, 16], [images, 5, 5, 16]))
    }
    #expect(!isFaster(isRounded: true), "no products of bfloat16")
    for table in KernelContractTests.Backend.bfloat16Tables {
      let set = VectorKernelSet(bfloat16: table)
      let hasTiles = String(cString: table.name).contains("amx")
      #expect(isFaster(isRounded: true, set) != hasTiles)
      #expect(!isFaster(Convolution(), [3, 3, 16, 16], isRounded: true, set))
    }
  }

  @Test("A kernel that runs again has the weights of then")
  func runsAgain() throws {
    let set = VectorKernelSet()
    let test = try #require(Case(Convolution(padding: Extent(1)), x: [3, 8, 8, 24], outputs: 32))
    var random = SplitMix(1)
    for operation in test.operations(&random) {
      let (graph, _, output) = try operation.graph()
      let shape = graph.shape(of: output)
      func result(of inputs: [GuardedMemory], times: Int) throws -> [Float] {
        let result = GuardedMemory(Array(repeating: .nan, count: shape.count))
        let kernel = try set.makeKernel(
          KernelRequest(
            operation: operation.operation, name: "again", inputs: inputs.map { UnsafePointer($0.start) },
            inputShapes: operation.shapes, output: result.start, outputShape: shape))
        try withExtendedLifetime((inputs, result)) {
          for time in 0..<times {
            for input in inputs { input.start[3] = Float(time - times) }
            try kernel.run(0)
          }
        }
        return result.elements
      }
      func inputs() -> [GuardedMemory] { operation.inputs.map { GuardedMemory($0.map(Float.init)) } }
      #expect(try result(of: inputs(), times: 3) == result(of: inputs(), times: 1), "\(operation)")
    }
  }

  // Minimal filtering as its definition has it, with the operands of the products rounded.

  private static let inputTransform: [[Double]] = [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]]
  private static let filterTransform: [[Double]] = [[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]]
  private static let outputTransform: [[Double]] = [[1, 1, 1, 0], [0, 1, -1, -1]]

  /// m x mᵀ.
  private static func transformed(_ m: [[Double]], _ x: [[Double]]) -> [[Double]] {
    let half = m.map { row in x[0].indices.map { j in row.indices.reduce(0) { $0 + row[$1] * x[$1][j] } } }
    return half.map { row in m.map { other in other.indices.reduce(0) { $0 + other[$1] * row[$1] } } }
  }

  private static func transposed(_ m: [[Double]]) -> [[Double]] { m[0].indices.map { j in m.map { $0[j] } } }

  private static func rounded(_ x: [[Double]]) -> [[Double]] {
    x.map { $0.map { Double(BFloat16.rounded(Float($0))) } }
  }

  /// Places of images [N, H, W, C], 0 beyond them.
  private struct Images {
    let elements: [Double]
    let shape: Shape

    func square(_ image: Int, _ row: Int, _ column: Int, _ channel: Int, extent: Int) -> [[Double]] {
      (row..<row + extent).map { h in
        (column..<column + extent).map { w in
          guard (0..<shape[1]).contains(h), (0..<shape[2]).contains(w) else { return 0 }
          return elements[((image * shape[1] + h) * shape[2] + w) * shape[3] + channel]
        }
      }
    }
  }

  /// Calls `body` with each image and the first row and column of each of its tiles of two by two places.
  private static func forEachTile(of shape: Shape, _ body: (_ image: Int, _ row: Int, _ column: Int) -> Void) {
    for image in 0..<shape[0] {
      for row in stride(from: 0, to: shape[1], by: 2) {
        for column in stride(from: 0, to: shape[2], by: 2) { body(image, row, column) }
      }
    }
  }

  /// The convolution of x [N, H, W, C] to [N, H', W', O], with the filter of each pair of channels.
  private static func product(
    _ x: Images, top: Int, left: Int, to shape: Shape, filter: (_ from: Int, _ to: Int) -> [[Double]]
  ) -> [Double] {
    let filters = (0..<x.shape[3]).map { from in
      (0..<shape[3]).map { rounded(transformed(filterTransform, filter(from, $0))) }
    }
    var result = Array(repeating: 0.0, count: shape.count)
    forEachTile(of: shape) { image, row, column in
      let windows = (0..<x.shape[3]).map {
        rounded(transformed(inputTransform, x.square(image, row - top, column - left, $0, extent: 4)))
      }
      for to in 0..<shape[3] {
        var sum = Array(repeating: Array(repeating: 0.0, count: 4), count: 4)
        for (from, window) in windows.enumerated() {
          for i in 0..<4 { for j in 0..<4 { sum[i][j] += window[i][j] * filters[from][to][i][j] } }
        }
        let tile = transformed(outputTransform, sum)
        for i in 0..<min(2, shape[1] - row) {
          for j in 0..<min(2, shape[2] - column) {
            result[((image * shape[1] + row + i) * shape[2] + column + j) * shape[3] + to] = tile[i][j]
          }
        }
      }
    }
    return result
  }

  @Test(
    "Products of bfloat16 agree with the definition whose operands are rounded",
    .enabled(if: Precision.isBFloat16Available))
  func bfloat16() throws {
    let table = try #require(VectorTable.best.bfloat16.first { $0.filteringCost.isFinite })
    let set = VectorKernelSet(bfloat16: table)
    let backend = Backend(testDescription: "bfloat16") {
      VectorKernelSet(bfloat16: VectorTable.best.bfloat16.first { $0.filteringCost.isFinite })
    }
    var taken = 0
    for seed in 0..<16 as Range<UInt64> {
      var random = SplitMix(seed)
      guard let filtered = Case(&random) else { continue }
      let (convolution, x, y, weight) = (filtered.convolution, filtered.x, filtered.y, filtered.weight)
      let isFaster = filtered.isFaster(isRounded: true, set)
      let (top, left) = (convolution.padding.height, convolution.padding.width)
      for test in filtered.operations(&random) {
        let isInputGradient = if case .convolution(.inputGradient) = test.operation { true } else { false }
        guard isInputGradient ? isFaster.input : isFaster.output else { continue }
        taken += 1
        for group in 1...2 { try KernelContractTests.checkByGroups(test, set, of: backend, group: group) }
        let inputs = zip(test.inputs, test.shapes).map { Images(elements: $0.map { Double(Float($0)) }, shape: $1) }
        func filter(_ c: Int, _ o: Int) -> [[Double]] {
          (0..<3).map { i in (0..<3).map { j in inputs[1].elements[((i * 3 + j) * x[3] + c) * y[3] + o] } }
        }
        var expected: [Double]
        switch test.operation {
        case .convolution(.forward(_, let activation)):
          expected = Self.product(inputs[0], top: top, left: left, to: y, filter: filter)
          if inputs.count == 3 { for i in expected.indices { expected[i] += inputs[2].elements[i % y[3]] } }
          if activation == .relu { expected = expected.map { max(0, $0) } }
          if activation == .tanh { expected = expected.map { Double.tanh($0) } }
        case .convolution(.inputGradient):
          expected = Self.product(inputs[0], top: 2 - top, left: 2 - left, to: x) { o, c in
            filter(c, o).reversed().map { $0.reversed() }
          }
        default:
          expected = Array(repeating: 0.0, count: weight.count)
          for c in 0..<x[3] {
            for o in 0..<y[3] {
              var sum = Array(repeating: Array(repeating: 0.0, count: 4), count: 4)
              Self.forEachTile(of: y) { image, row, column in
                let window = Self.rounded(
                  Self.transformed(
                    Self.inputTransform, inputs[1].square(image, row - top, column - left, c, extent: 4)))
                let upstream = Self.rounded(
                  Self.transformed(
                    Self.transposed(Self.outputTransform), inputs[0].square(image, row, column, o, extent: 2)))
                for i in 0..<4 { for j in 0..<4 { sum[i][j] += window[i][j] * upstream[i][j] } }
              }
              let gradient = Self.transformed(Self.transposed(Self.filterTransform), sum)
              for i in 0..<3 { for j in 0..<3 { expected[((i * 3 + j) * x[3] + c) * y[3] + o] = gradient[i][j] } }
            }
          }
        }
        let (graph, _, output) = try test.graph()
        let memory = test.inputs.map { GuardedMemory($0.map(Float.init)) }
        let result = GuardedMemory(Array(repeating: .nan, count: expected.count))
        let kernel = try set.makeKernel(
          KernelRequest(
            operation: test.operation, name: "\(test)", inputs: memory.map { UnsafePointer($0.start) },
            inputShapes: test.shapes, output: result.start, outputShape: graph.shape(of: output)))
        try withExtendedLifetime((memory, result)) { try kernel.run(0) }
        #expect(result.marginsAreIntact)
        // Sums in float32 may round a number the other way, which then differs by a part in 256.
        let error = zip(result.elements, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
        let size = expected.map(abs).max() ?? 0
        #expect(error <= 4e-3 * size, "\(test): \(error) of \(size)")
      }
    }
    #expect(taken > 20)
  }
}
