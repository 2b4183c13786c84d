// What is decoded may come from a file that nobody vouches for: extents are limited, so that no arithmetic on them overflows
// and no memory is asked for that a small network has no use of.

extension Shape: Codable {
  /// The most elements of a decoded shape.
  static let largestDecodedCount = 1 << 27

  /// Reads a list of extents.
  ///
  /// - Throws: `DecodingError`, also where an extent is below 1 or the shape has too many axes or elements.
  public init(from decoder: any Decoder) throws {
    let dimensions = try decoder.singleValueContainer().decode([Int].self)
    let shape = Shape(dimensions)
    guard dimensions.count <= 8, dimensions.allSatisfy({ $0 >= 1 }), shape.isWithinDecodedLimit else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "\(dimensions) is beyond all shapes"))
    }
    self = shape
  }

  /// Writes a list of extents.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(dimensions)
  }

  /// Whether the elements are at most as many as are decoded.
  var isWithinDecodedLimit: Bool {
    var count = 1
    for extent in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= Self.largestDecodedCount else { return false }
      count = product
    }
    return true
  }
}

extension Extent: Codable {
  private static let largestDecoded = 1 << 16

  /// Reads a height and a width.
  ///
  /// - Throws: `DecodingError`, also where one is negative or too large.
  public init(from decoder: any Decoder) throws {
    let pair = try decoder.singleValueContainer().decode([Int].self)
    guard pair.count == 2, pair.allSatisfy((0...Self.largestDecoded).contains) else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "\(pair) is no height and width"))
    }
    self.init(height: pair[0], width: pair[1])
  }

  /// Writes a height and a width.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode([height, width])
  }
}
