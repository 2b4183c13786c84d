import CKernels
import CTiles
import Graphs
import Testing

@testable import Execution

/// What every kernel of every backend must do: compute what the reference computes in Double, and touch no other memory.
@Suite struct KernelContractTests {
  /// A backend under test, printed by its name.
  struct Backend: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// Whether operands of products are rounded to bfloat16.
    var roundsOperands = false
    let makeSet: @Sendable () throws -> any KernelSet

    /// The products of bfloat16 numbers that this processor can run, and the loops over tiles of AMX with tiles in memory.
    static var bfloat16Tables: [CBFloat16Table] {
      let tables = VectorTable.best.bfloat16
      return tables.isEmpty ? [] : tables + [CEmulatedTiles()].compactMap { $0?.pointee }
    }

    static var all: [Backend] {
      var backends = [Backend(testDescription: "reference") { ReferenceKernelSet() }]
      for (index, table) in VectorTable.all.enumerated() {
        backends.append(Backend(testDescription: table.name) { VectorKernelSet(VectorTable.all[index]) })
      }
      backends.append(
        Backend(testDescription: "reference bfloat16", roundsOperands: true) {
          ReferenceKernelSet(roundsOperands: true)
        })
      for (index, pairs) in bfloat16Tables.enumerated() {
        backends.append(
          Backend(testDescription: "\(String(cString: pairs.name)) bfloat16", roundsOperands: true) {
            VectorKernelSet(bfloat16: bfloat16Tables[index])
          })
      }
      if Kernels.isOneDNNAvailable { backends.append(Backend(testDescription: "oneDNN") { try OneDNNKernelSet() }) }
      return backends
    }
  }

  /// - Parameters:
  ///   - input: The input whose memory is the output's.
  ///   - isFlush: Whether all memory ends where reading further ends the process.
  static func check(
    _ test: OperationCase, _ set: any KernelSet, of backend: Backend, inPlaceOf input: Int? = nil, isFlush: Bool = false
  ) throws {
    let (graph, _, output) = try test.graph()
    let shape = graph.shape(of: output)
    // The oracle starts from the same rounded numbers.
    let isRounded = backend.roundsOperands && test.operation.isRounded(test.shapes)
    let rounded = test.inputs.enumerated().map { position, elements in
      elements.map { Double(isRounded && position < 2 ? BFloat16.rounded(Float($0)) : Float($0)) }
    }
    let expected = ReferenceInterpreter.run(test.operation, rounded, test.shapes, outputShape: shape, seed: 77)

    let inputs = test.inputs.map { GuardedMemory($0.map(Float.init), isFlush: isFlush) }
    let result = input.map { inputs[$0] } ?? GuardedMemory(Array(repeating: .nan, count: shape.count), isFlush: isFlush)
    let kernel = try set.makeKernel(
      KernelRequest(
        operation: test.operation, name: "\(test)", inputs: inputs.map { UnsafePointer($0.start) },
        inputShapes: test.shapes, output: result.start, outputShape: shape))
    try withExtendedLifetime((inputs, result)) { try kernel.run(77) }

    #expect(result.marginsAreIntact, "\(test) wrote beyond its output")
    let wrong = zip(result.elements, expected).first { !(abs(Double($0) - $1) <= 2e-5 * max(1, abs($1))) }
    #expect(wrong == nil, "\(test) gave \(wrong?.0 ?? 0) instead of \(wrong?.1 ?? 0)")
  }

  @Test("Each operation agrees with the oracle over random shapes", arguments: Backend.all)
  func agreesWithOracle(_ backend: Backend) throws {
    let set = try backend.makeSet()
    for seed in 0..<60 as Range<UInt64> {
      var random = SplitMix(seed)
      for test in OperationCase.all(&random) { try Self.check(test, set, of: backend) }
    }
  }

  @Test("Nothing is read behind the last element", arguments: Backend.all.filter { $0.testDescription != "oneDNN" })
  func readsNothingBeyond(_ backend: Backend) throws {
    let set = try backend.makeSet()
    for seed in 100..<125 as Range<UInt64> {
      var random = SplitMix(seed)
      for test in OperationCase.all(&random) { try Self.check(test, set, of: backend, isFlush: true) }
    }
  }

  @Test("An elementwise operation may write over its input", arguments: Backend.all)
  func worksInPlace(_ backend: Backend) throws {
    let set = try backend.makeSet()
    for seed in 0..<20 as Range<UInt64> {
      var random = SplitMix(seed)
      for test in OperationCase.all(&random) {
        let (graph, _, output) = try test.graph()
        for (input, shape) in test.shapes.enumerated()
        where test.operation.mayOverwrite(input: input) && shape.count == graph.shape(of: output).count {
          try Self.check(test, set, of: backend, inPlaceOf: input)
        }
      }
    }
  }

  /// Runs a kernel for some images after the other, with memory for one group of them where it is their own.
  static func checkByGroups(_ test: OperationCase, _ set: any KernelSet, of backend: Backend, group: Int) throws {
    guard let imageInputCount = test.operation.imageInputCount else { return }
    let (graph, _, output) = try test.graph()
    let shape = graph.shape(of: output)
    let whole = GuardedMemory(Array(repeating: .nan, count: shape.count))
    let inputs = test.inputs.map { GuardedMemory($0.map(Float.init)) }
    try set.makeKernel(
      KernelRequest(
        operation: test.operation, name: "\(test)", inputs: inputs.map { UnsafePointer($0.start) },
        inputShapes: test.shapes, output: whole.start, outputShape: shape)
    ).run(77)

    let images = test.shapes[0].imageCount
    let isSum = test.operation.sumsOverImages
    let perImage = isSum ? 0 : shape.count / images
    let parts = test.shapes.enumerated().map { position, shape in
      GuardedMemory(
        position < imageInputCount
          ? Array(repeating: .nan, count: shape.count / images * group) : test.inputs[position].map(Float.init))
    }
    let result = GuardedMemory(Array(repeating: .nan, count: isSum ? shape.count : perImage * group))
    let kernel = try set.makeKernel(
      KernelRequest(
        operation: test.operation, name: "\(test)", inputs: parts.map { UnsafePointer($0.start) },
        inputShapes: test.shapes, output: result.start, outputShape: shape,
        passingInputs: Set(0..<imageInputCount), isOutputPassing: !isSum))
    var found: [Float] = []
    for first in stride(from: 0, to: images, by: group) {
      let some = first..<min(first + group, images)
      for position in 0..<imageInputCount {
        let count = test.shapes[position].count / images
        parts[position].start.update(from: inputs[position].start + first * count, count: some.count * count)
      }
      withExtendedLifetime((parts, result)) { kernel.run(images: some) }
      found += result.elements.prefix(some.count * perImage)
    }
    if isSum { found = result.elements }
    #expect(result.marginsAreIntact, "\(test) wrote beyond its output")
    let wrong = zip(found, whole.elements).first { !(abs($0 - $1) <= 2e-5 * max(1, abs($1))) }
    #expect(found.count == shape.count && wrong == nil, "\(test): \(wrong?.0 ?? 0) instead of \(wrong?.1 ?? 0)")
  }

  @Test(
    "Operations over images compute the same some images at a time",
    arguments: Backend.all.filter { !$0.testDescription.hasPrefix("reference") && $0.testDescription != "oneDNN" })
  func worksByGroups(_ backend: Backend) throws {
    let set = try backend.makeSet()
    for seed in 0..<40 as Range<UInt64> {
      var random = SplitMix(seed)
      for test in OperationCase.all(&random) {
        for group in 1...2 { try Self.checkByGroups(test, set, of: backend, group: group) }
      }
    }
  }

  @Test("Depthwise convolutions of three by three elements agree with the oracle", arguments: Backend.all)
  func squareDepthwiseWindows(_ backend: Backend) throws {
    let set = try backend.makeSet()
    var random = SplitMix(6)
    for width in 1...14 {
      for (channels, stride, padding) in [(16, 1, 1), (37, 1, 1), (8, 1, 2), (24, 2, 1)] {
        let convolution = Convolution(stride: Extent(stride), padding: Extent(padding), groups: channels)
        let (x, weight): (Shape, Shape) = ([2, 4, width, channels], [3, 3, 1, channels])
        guard let y = convolution.outputShape(x: x, weight: weight) else { continue }
        for (operation, shapes) in [
          (Operation.convolution(.forward(convolution, activation: .relu)), [x, weight, [channels]]),
          (.convolution(.forward(convolution, activation: nil)), [x, weight]),
          (.convolution(.inputGradient(convolution, input: x)), [y, weight]),
          (.convolution(.weightGradient(convolution, weight: weight)), [y, x]),
        ] {
          try Self.check(OperationCase(operation, shapes, random: &random), set, of: backend)
        }
      }
    }
  }

  @Test("Gathered products of a long inner extent agree with the oracle", arguments: Backend.all)
  func longGatheredProducts(_ backend: Backend) throws {
    let set = try backend.makeSet()
    var random = SplitMix(5)
    // The inner extent is the channels of a window in the convolution, its outputs' in the gradient by x, and the places of
    // the images in the gradient by the weight.
    for (channels, outputs, side) in [(200, 9, 1), (401, 35, 1), (3, 401, 1), (5, 200, 1), (2, 3, 15), (17, 33, 21)] {
      let convolution = Convolution()
      let (x, weight): (Shape, Shape) = ([1, side, side, channels], [1, 1, channels, outputs])
      let y: Shape = [1, side, side, outputs]
      for (operation, shapes) in [
        (Operation.convolution(.forward(convolution, activation: .relu)), [x, weight, [outputs]]),
        (.convolution(.forward(convolution, activation: nil)), [x, weight]),
        (.convolution(.inputGradient(convolution, input: x)), [y, weight]),
        (.convolution(.weightGradient(convolution, weight: weight)), [y, x]),
      ] {
        let inputs = shapes.map { shape in (0..<shape.count).map { _ in random.number() / 10 } }
        try Self.check(OperationCase(operation: operation, shapes: shapes, inputs: inputs), set, of: backend)
      }
    }
  }

  @Test("Matrix products longer than a panel agree with the oracle", arguments: Backend.all)
  func longProducts(_ backend: Backend) throws {
    let set = try backend.makeSet()
    var random = SplitMix(3)
    for (n, m, k) in [(5, 35, 1030), (9, 3, 513), (1, 1, 1024)] {
      for (left, right) in [(false, false), (true, false), (false, true), (true, true)] {
        let shapes: [Shape] = [left ? [k, n] : [n, k], right ? [m, k] : [k, m]]
        let inputs = shapes.map { shape in (0..<shape.count).map { _ in random.number() / 30 } }
        let operation = Operation.matrixProduct(transposeLeft: left, transposeRight: right)
        try Self.check(OperationCase(operation: operation, shapes: shapes, inputs: inputs), set, of: backend)
      }
      let shapes: [Shape] = [[n, k], [m, k], [m]]
      let inputs = shapes.map { shape in (0..<shape.count).map { _ in random.number() / 30 } }
      try Self.check(
        OperationCase(operation: .dense(activation: .relu), shapes: shapes, inputs: inputs), set, of: backend)
    }
  }

  @Test("Matrix products of every number of rows agree with the oracle", arguments: Backend.all)
  func numbersOfRows(_ backend: Backend) throws {
    let set = try backend.makeSet()
    var random = SplitMix(4)
    for n in 1...26 {
      for (m, k) in [(16, 8), (9, 7), (41, 5)] {
        for (left, right) in [(false, false), (true, false), (false, true), (true, true)] {
          let shapes: [Shape] = [left ? [k, n] : [n, k], right ? [m, k] : [k, m]]
          let operation = Operation.matrixProduct(transposeLeft: left, transposeRight: right)
          try Self.check(OperationCase(operation, shapes, random: &random), set, of: backend)
        }
      }
    }
  }

  @Test("Large arguments saturate, and NaN stays NaN", arguments: Backend.all)
  func extremeArguments(_ backend: Backend) throws {
    let set = try backend.makeSet()
    let extremes: [Double] = [-1000, -90, -20, -1e-6, 0, 1e-6, 0.3, 0.624, 0.626, 20, 90, 1000]
    for activation in Activation.standard {
      try Self.check(
        OperationCase(operation: .activation(activation), shapes: [[12]], inputs: [extremes]), set,
        of: backend)
      let x = GuardedMemory(Array(repeating: .nan, count: 5))
      let kernel = try set.makeKernel(
        KernelRequest(
          operation: .activation(activation), name: "tested", inputs: [UnsafePointer(x.start)], inputShapes: [[5]],
          output: x.start, outputShape: [5]))
      try withExtendedLifetime(x) { try kernel.run(0) }
      #expect(x.elements.allSatisfy { $0.isNaN }, "\(activation) of NaN")
    }
    let logits = [1000.0, -1000, 999, 500, 0, -1, -1e4, 3]
    try Self.check(
      OperationCase(operation: .loss(.softmaxCrossEntropy), shapes: [[2, 4], [2]], inputs: [logits, [2, 3]]), set,
      of: backend)
    try Self.check(
      OperationCase(
        operation: .lossGradient(.softmaxCrossEntropy), shapes: [[2, 4], [2], .scalar], inputs: [logits, [2, 3], [1]]),
      set, of: backend)
  }

  @Test("A label that is no class makes the loss NaN", arguments: Backend.all, [-1, 4, 1.5, Float.nan, .infinity])
  func wrongLabels(_ backend: Backend, label: Float) throws {
    let set = try backend.makeSet()
    let (logits, labels) = (GuardedMemory([0, 1, 2, 3, 4, 5, 6, 7]), GuardedMemory([1, label]))
    let (one, loss, gradient) = (GuardedMemory([1]), GuardedMemory([0]), GuardedMemory(Array(repeating: 0, count: 8)))
    let inputs = [logits, labels, one].map { UnsafePointer($0.start) }
    try withExtendedLifetime([logits, labels, one, loss, gradient]) {
      try set.makeKernel(
        KernelRequest(
          operation: .loss(.softmaxCrossEntropy), name: "tested", inputs: Array(inputs.prefix(2)),
          inputShapes: [[2, 4], [2]], output: loss.start, outputShape: .scalar)
      ).run(0)
      try set.makeKernel(
        KernelRequest(
          operation: .lossGradient(.softmaxCrossEntropy), name: "tested", inputs: inputs,
          inputShapes: [[2, 4], [2], .scalar], output: gradient.start, outputShape: [2, 4])
      ).run(0)
    }
    #expect(loss.elements[0].isNaN)
    #expect(gradient.elements.prefix(4).allSatisfy { $0.isFinite })
    #expect(gradient.elements.suffix(4).allSatisfy { $0.isNaN })
  }
}
