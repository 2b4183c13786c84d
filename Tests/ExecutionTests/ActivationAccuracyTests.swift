import CKernels
import Graphs
import RealModule
import Testing

@testable import Execution

/// The vector loops' elementary functions against the formulas in Double, over the whole range in which results are
/// normal numbers, on every instruction set.
@Suite struct ActivationAccuracyTests {
  /// Numbers of either sign, evenly from 0 to `limit`, and towards 0 by their logarithms.
  static func numbers(to limit: Float) -> [Float] {
    let even = (1...20_000).map { Float($0) / 20_000 * limit }
    let small = (0..<2000).map { Float.exp(-Float($0) / 25) * min(1, limit) }
    return (even + small).flatMap { [$0, -$0] }
  }

  /// The largest error, relative to the magnitude of the expected number plus `floor`, and where it is.
  static func largestError(
    _ got: [Float], at points: [Float], floor: Double = 0, _ expected: (Double) -> Double
  ) -> (error: Double, point: Float) {
    var largest = (error: 0.0, point: Float.zero)
    for (number, point) in zip(got, points) {
      let exact = expected(Double(point))
      // Numbers below the least normal one are as good as 0.
      let error = abs(Double(number) - exact) / (abs(exact) + floor + 0x1p-126)
      if !(error <= largest.error) { largest = (error, point) }
    }
    return largest
  }

  static func run(_ points: [Float], _ body: (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void) -> [Float] {
    [Float](unsafeUninitializedCapacity: points.count) { out, count in
      points.withUnsafeBufferPointer { x in
        if let x = x.baseAddress, let out = out.baseAddress { body(x, out) }
      }
      count = points.count
    }
  }

  /// The range within which neither the function nor what it is made of leaves the normal numbers.
  static func limit(of activation: Activation) -> Float {
    switch activation {
    case .gelu: 13
    case .silu, .sigmoid: 86
    default: 100
    }
  }

  static let tables = VectorTable.all.map(\.name)

  static func loops(_ name: String) throws -> CKernelTable {
    try #require(VectorTable.all.first { $0.name == name }).loops
  }

  @Test("Activations are within 1e-6 of the formula, relatively", arguments: tables, Activation.standard)
  func functions(_ table: String, _ activation: Activation) throws {
    let loops = try Self.loops(table)
    let points = Self.numbers(to: Self.limit(of: activation))
    let got = Self.run(points) { loops.activation(activation.kind, activation.number, $0, $1, points.count) }
    let (error, point) = Self.largestError(got, at: points) { ReferenceNode<Double>.apply(activation, $0) }
    #expect(error < 1e-6, "\(activation.name)(\(point)) is off by \(error)")
  }

  @Test("Slopes are within 1e-6 of the formula", arguments: tables, Activation.standard)
  func slopes(_ table: String, _ activation: Activation) throws {
    let loops = try Self.loops(table)
    var points = Self.numbers(to: Self.limit(of: activation))
    if activation.isDifferentiatedAtOutput {
      points = points.map { Float(ReferenceNode<Double>.apply(activation, Double($0))) }
    }
    let ones = [Float](repeating: 1, count: points.count)
    let got = Self.run(points) {
      loops.activationGradient(activation.kind, activation.number, ones, $0, $1, points.count)
    }
    // GELU's and SiLU's slopes go through 0 as sums of two terms.
    let floor = activation.isDifferentiatedAtOutput ? 0 : 0.1
    let (error, point) = Self.largestError(got, at: points, floor: floor) {
      ReferenceNode<Double>.derivative(of: activation, at: $0)
    }
    #expect(error < 1e-6, "the slope of \(activation.name) at \(point) is off by \(error)")
  }

  @Test("Curvatures are within 1e-6 of the formula", arguments: tables)
  func curvatures(_ table: String) throws {
    let loops = try Self.loops(table)
    for activation in Activation.standard where !activation.isDifferentiatedAtOutput {
      let points = Self.numbers(to: Self.limit(of: activation))
      let got = Self.run(points) { loops.activationCurvature(activation.kind, $0, $1, points.count) }
      let (error, point) = Self.largestError(got, at: points, floor: 0.1) {
        ReferenceNode<Double>.curvature(of: activation, at: $0)
      }
      #expect(error < 1e-6, "the curvature of \(activation.name) at \(point) is off by \(error)")
    }
  }

  @Test("Softmax is within 1e-6 of the formula and what rounding the logits' distance costs", arguments: tables)
  func softmax(_ table: String) throws {
    let loops = try Self.loops(table)
    var random = SplitMix(5)
    for columns in [1, 2, 7, 16, 33, 100] {
      let logits = (0..<50 * columns).map { _ in Float.random(in: -40...40, using: &random) }
      let got = Self.run(logits) { loops.softmax($0, 50, columns, $1) }
      for row in 0..<50 {
        let range = row * columns..<(row + 1) * columns
        let exact = logits[range].map(Double.init)
        let largest = try #require(exact.max())
        let total = exact.map { .exp($0 - largest) }.reduce(0, +)
        for (number, logit) in zip(got[range], exact) {
          let expected = Double.exp(logit - largest) / total
          #expect(abs(Double(number) - expected) < (1e-6 + 0x1p-24 * (largest - logit)) * expected)
        }
      }
    }
  }
}
