import Graphs
import Testing

@Suite("Integer footprint")
struct IntegerFootprintTests {
  @Test("A normalization is folded into the convolution before it, which then has a bias")
  func folding() throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [1, 4, 4, 2])
    let y = try graph.conv2d(x, channels: 3, hasBias: false, name: "conv")
    let z = try graph.relu(graph.batchNormalization(y, name: "norm"))
    let footprint = graph.integerFootprint(of: z)
    #expect(footprint.steps.map(\.name) == ["conv"])
    #expect(footprint.parameters == 54 + 3)
    #expect(footprint.flashBytes == 54 + 4 * 3 + 4 * 3)
    #expect(footprint.multiplyAccumulates == 16 * 54)
    // Input and output are live together.
    #expect(footprint.peakActivationBytes == 32 + 48)
  }

  @Test("A normalization behind anything else keeps a factor and a summand a channel")
  func affine() throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [1, 2, 2, 4])
    let y = try graph.batchNormalization(x, name: "norm")
    let footprint = graph.integerFootprint(of: y)
    #expect(footprint.steps.map(\.name) == ["norm"] && footprint.flashBytes == 4 * 8)
    #expect(footprint.peakActivationBytes == 16)
  }

  @Test("A layer normalization keeps a factor and a summand a channel, a product nothing")
  func layerNormalization() throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [1, 2, 2, 4])
    let y = try graph.layerNormalization(graph.conv2d(x, channels: 4, kernel: Extent(1), name: "conv"), name: "norm")
    let z = try graph.multiply(y, x, name: "product")
    let steps = graph.integerFootprint(of: z).steps
    #expect(steps.map(\.name) == ["conv", "norm", "product"])
    #expect(steps.map(\.parameters) == [16 + 4, 4 + 4, 0])
    #expect(steps.map(\.flashBytes) == [16 + 4 * 4 + 4 * 4, 4 * 8, 0])
    // x is read again by the product, which takes the place of one of its inputs.
    #expect(steps.map(\.liveBytes) == [32, 48, 32])
  }

  @Test("A convolution that something else reads as well is not folded into")
  func sharedConvolution() throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [1, 2, 2, 1])
    let y = try graph.conv2d(x, channels: 1, hasBias: false, name: "conv")
    let z = try graph.add(y, graph.batchNormalization(y, name: "norm"), name: "sum")
    let footprint = graph.integerFootprint(of: z)
    #expect(footprint.steps.map(\.name) == ["conv", "norm", "sum"])
  }

  @Test("A way around a block keeps its value alive, and the sum takes the place of one of its inputs")
  func residual() throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [1, 4, 4, 2])
    let a = try graph.conv2d(x, channels: 2, kernel: Extent(1), name: "a")
    let b = try graph.conv2d(a, channels: 6, kernel: Extent(1), name: "b")
    let c = try graph.conv2d(b, channels: 2, kernel: Extent(1), name: "c")
    let sum = try graph.add(c, a, name: "sum")
    let steps = graph.integerFootprint(of: sum).steps
    #expect(steps.map(\.name) == ["a", "b", "c", "sum"])
    // x and a; a and b; a, b and c; a and c, one of which the sum replaces.
    #expect(steps.map(\.liveBytes) == [64, 32 + 96, 32 + 96 + 32, 64])
    #expect(steps.map(\.inputs) == [["x"], ["a"], ["b"], ["c", "a"]])
  }

  @Test("Weights of few bits are packed a layer at a time")
  func bits() throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [1, 5])
    let y = try graph.dense(graph.relu(graph.dense(x, units: 3, name: "one")), units: 2, name: "two")
    let footprint = graph.integerFootprint(of: y, weightBits: ["one.weight": 2, "two.weight": 4])
    // 15 weights of 2 bits and 6 of 4.
    #expect(footprint.steps.map(\.flashBytes) == [4 + 8 * 3, 3 + 8 * 2])
    #expect(footprint.steps.map(\.weightBits) == [2, 4])
    // Other widths take the next one that packs.
    let odd = graph.integerFootprint(of: y, weightBits: ["one.weight": 3, "two.weight": 5])
    #expect(odd.steps.map(\.flashBytes) == [8 + 8 * 3, 6 + 8 * 2])
  }

  @Test("Dropout and what nothing reads cost nothing; a reshaped value lies where it lay")
  func nothing() throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [1, 2, 2, 3])
    _ = try graph.conv2d(x, channels: 64, name: "unread")
    let flat = try graph.dropout(graph.flatten(x), probability: 0.5)
    let y = try graph.dense(flat, units: 2, name: "output")
    let footprint = graph.integerFootprint(of: y)
    #expect(footprint.steps.map(\.name) == ["output"] && footprint.peakActivationBytes == 12 + 2)
  }
}
