/// The static extent of a value along each of its axes, outermost first; a scalar has none.
public struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The extents, outermost axis first; each at least 1 in a graph.
  public let dimensions: [Int]

  /// Makes the shape of the given extents.
  public init(_ dimensions: [Int]) {
    self.dimensions = dimensions
  }

  /// Makes the shape of the listed extents: `[32, 64]`.
  public init(arrayLiteral elements: Int...) {
    dimensions = elements
  }

  /// The shape of a single number.
  public static let scalar: Shape = []

  /// The number of axes.
  public var rank: Int { dimensions.count }

  /// The number of elements, 1 for a scalar.
  public var count: Int { dimensions.reduce(1, *) }

  /// The extent along `axis`.
  public subscript(axis: Int) -> Int { dimensions[axis] }

  /// The extents as errors and drawings print them: `32x64`, or `scalar`.
  public var description: String {
    dimensions.isEmpty ? "scalar" : dimensions.map(String.init).joined(separator: "x")
  }
}
