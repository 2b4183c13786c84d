import Graphs
import RealModule
import Testing

@testable import Execution

@Suite struct OrthogonalInitializerTests {
  /// The weight as [out, fanIn].
  static func matrix(_ shape: Shape, gain: Double = 1, seed: UInt64 = 1) throws -> [[Double]] {
    let store = try ParameterStoreTests.store(.orthogonal(gain: gain), shape: shape, seed: seed)
    let elements = try #require(store.values(of: "p")).map(Double.init)
    let outputs = shape.rank == 4 ? shape[3] : shape[0]
    let inputs = elements.count / outputs
    return (0..<outputs).map { output in
      (0..<inputs).map { input in
        elements[shape.rank == 4 ? input * outputs + output : output * inputs + input]
      }
    }
  }

  static func transpose(_ matrix: [[Double]]) -> [[Double]] {
    matrix[0].indices.map { column in matrix.map { $0[column] } }
  }

  static let shapes: [Shape] = [
    [1, 1], [1, 7], [7, 1], [16, 16], [9, 33], [33, 9], [10, 100], [130, 130], [3, 3, 5, 8], [3, 3, 1, 32],
    [1, 1, 16, 24], [3, 3, 1, 5],
  ]

  @Test("Rows or columns are orthogonal and of the gain's length, whichever are fewer", arguments: shapes, [1, 1.5])
  func isOrthogonal(_ shape: Shape, gain: Double) throws {
    var vectors = try Self.matrix(shape, gain: gain)
    if vectors.count > vectors[0].count { vectors = Self.transpose(vectors) }
    for (i, a) in vectors.enumerated() {
      for (j, b) in vectors.enumerated() {
        let product = zip(a, b).map(*).reduce(0, +)
        #expect(abs(product - (i == j ? gain * gain : 0)) < 1e-6, "vectors \(i) and \(j) of \(shape)")
      }
    }
  }

  /// Elements of uniformly random orthogonal n x n matrices have the moments 1/n and 3/(n (n + 2)); their traces have
  /// mean 0 and variance 1, and half of them turn space over. A QR decomposition whose signs are left as they come fails
  /// the traces.
  @Test("All orthogonal matrices are equally likely")
  func isUniform() throws {
    let trials = 4000
    var (second, fourth, trace, square, turned) = (0.0, 0.0, 0.0, 0.0, 0)
    for seed in 0..<UInt64(trials) {
      let q = try Self.matrix([3, 3], seed: seed)
      second += q[0][1] * q[0][1]
      fourth += .pow(q[2][0], 4)
      let own = q[0][0] + q[1][1] + q[2][2]
      trace += own
      square += own * own
      let determinant =
        q[0][0] * (q[1][1] * q[2][2] - q[1][2] * q[2][1]) - q[0][1] * (q[1][0] * q[2][2] - q[1][2] * q[2][0])
        + q[0][2] * (q[1][0] * q[2][1] - q[1][1] * q[2][0])
      if determinant > 0 { turned += 1 }
    }
    let count = Double(trials)
    // Four deviations of each mean.
    #expect(abs(second / count - 1 / 3) < 4 * .sqrt((0.2 - 1 / 9) / count))
    #expect(abs(fourth / count - 0.2) < 4 * .sqrt((1.0 / 9 - 0.04) / count))
    #expect(abs(trace / count) < 4 / .sqrt(count))
    #expect(abs(square / count - 1) < 4 * .sqrt(2 / count))
    #expect(abs(Double(turned) / count - 0.5) < 4 * .sqrt(0.25 / count))
  }

  @Test("Signals keep their length through many layers, and with He's deviation they do not")
  func keepsLength() throws {
    func lengthAfter(_ makeMatrix: (UInt64) throws -> [[Double]]) rethrows -> Double {
      var x = (0..<32).map { Double.sin(Double($0)) }
      let before = x.map { $0 * $0 }.reduce(0, +)
      for layer in 0..<20 as Range<UInt64> {
        x = try makeMatrix(layer).map { row in zip(row, x).map(*).reduce(0, +) }
      }
      return x.map { $0 * $0 }.reduce(0, +) / before
    }
    #expect(abs(try lengthAfter { try Self.matrix([32, 32], seed: $0) } - 1) < 1e-5)
    let he = try lengthAfter { seed in
      let elements = try #require(
        try ParameterStoreTests.store(.heNormal, shape: [32, 32], seed: seed).values(of: "p"))
      return (0..<32).map { row in elements[32 * row..<32 * (row + 1)].map(Double.init) }
    }
    #expect(he > 100)
  }

  @Test("The same seed draws the same matrix, another seed another")
  func seeds() throws {
    #expect(try Self.matrix([5, 4], seed: 1) == Self.matrix([5, 4], seed: 1))
    #expect(try Self.matrix([5, 4], seed: 1) != Self.matrix([5, 4], seed: 2))
  }
}
