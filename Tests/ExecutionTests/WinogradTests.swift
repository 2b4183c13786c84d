import CKernels
import Graphs
import Testing

@testable import Execution

/// Convolutions by minimal filtering: what they compute is what the others do, in fewer products.
@Suite struct WinogradTests {
  private typealias Backend = KernelContractTests.Backend

  /// A random convolution with channels enough to be computed so, with the shapes of x, the weight and y.
  private static func convolution(
    _ random: inout SplitMix
  ) -> (convolution: Convolution, x: Shape, weight: Shape, y: Shape)? {
    let convolution = Convolution(
      padding: Extent(height: .random(in: 0...3, using: &random), width: .random(in: 0...3, using: &random)))
    let x: Shape = [
      .random(in: 1...5, using: &random), .random(in: 1...9, using: &random), .random(in: 1...9, using: &random),
      .random(in: 24...70, using: &random),
    ]
    let weight: Shape = [3, 3, x[3], .random(in: 24...70, using: &random)]
    return convolution.outputShape(x: x, weight: weight).map { (convolution, x, weight, $0) }
  }

  /// The convolution and its gradients.
  private static func cases(
    _ convolution: Convolution, x: Shape, weight: Shape, y: Shape, _ random: inout SplitMix
  ) -> [OperationCase] {
    [
      (.forward(convolution, activation: nil), [x, weight]),
      (.forward(convolution, activation: .relu), [x, weight, [weight[3]]]),
      (.inputGradient(convolution, input: x), [y, weight]), (.weightGradient(convolution, weight: weight), [y, x]),
    ].map { (operation: ConvolutionOperation, shapes: [Shape]) in
      // Sums of hundreds of products stay near 1, as the tolerance has it.
      let inputs = shapes.map { shape in (0..<shape.count).map { _ in random.number() / 8 } }
      return OperationCase(operation: .convolution(operation), shapes: shapes, inputs: inputs)
    }
  }

  @Test(
    "Convolutions of many channels and their gradients agree with the oracle, whole and some images at a time",
    arguments: VectorTable.all.indices)
  func agreesWithOracle(_ table: Int) throws {
    let set = VectorKernelSet(VectorTable.all[table])
    let backend = Backend(testDescription: VectorTable.all[table].name) { VectorKernelSet(VectorTable.all[table]) }
    for seed in 0..<25 as Range<UInt64> {
      var random = SplitMix(seed)
      guard let (convolution, x, weight, y) = Self.convolution(&random) else { continue }
      #expect(WinogradConvolution.isFaster(convolution, weight: weight, isRounded: false, set))
      for test in Self.cases(convolution, x: x, weight: weight, y: y, &random) {
        try KernelContractTests.check(test, set, of: backend)
        for group in 1...2 { try KernelContractTests.checkByGroups(test, set, of: backend, group: group) }
      }
    }
  }

  @Test("It is taken for windows of three by three and many channels only")
  func choice() {
    let set = VectorKernelSet()
    func isFaster(_ convolution: Convolution, _ weight: Shape) -> Bool {
      WinogradConvolution.isFaster(convolution, weight: weight, isRounded: false, set)
    }
    #expect(isFaster(Convolution(padding: Extent(1)), [3, 3, 32, 64]))
    #expect(isFaster(Convolution(), [3, 3, 16, 16]))
    #expect(!isFaster(Convolution(), [3, 3, 1, 64]))
    #expect(!isFaster(Convolution(), [3, 3, 3, 32]))
    #expect(!isFaster(Convolution(), [5, 5, 32, 64]))
    #expect(!isFaster(Convolution(), [3, 1, 32, 64]))
    #expect(!isFaster(Convolution(stride: Extent(2)), [3, 3, 32, 64]))
    #expect(!isFaster(Convolution(dilation: Extent(2)), [3, 3, 32, 64]))
    #expect(!isFaster(Convolution(groups: 2), [3, 3, 32, 64]))
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
    for seed in 0..<12 as Range<UInt64> {
      var random = SplitMix(seed)
      guard let (convolution, x, weight, y) = Self.convolution(&random) else { continue }
      #expect(WinogradConvolution.isFaster(convolution, weight: weight, isRounded: true, set))
      let (top, left) = (convolution.padding.height, convolution.padding.width)
      for test in Self.cases(convolution, x: x, weight: weight, y: y, &random) {
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
        let memory = test.inputs.map { KernelContractTests.GuardedMemory($0.map(Float.init)) }
        let result = KernelContractTests.GuardedMemory(Array(repeating: .nan, count: expected.count))
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
  }
}
