import CDatasets

/// The decoder of packed image data sets: a header of 28 bytes and a zlib stream of one byte a feature.
///
/// `Sources/CDatasets/Digits/pack_digits.py` writes the format and says how it is laid out.
enum PackedDataset {
  /// The most bytes that a packed data set may inflate to.
  static let maximumBodyCount = 1 << 28
  private static let headerCount = 28

  /// Decodes a packed data set.
  ///
  /// - Throws: `DatasetError` of code `corrupt` or `tooLarge`; nothing is read or written out of bounds, whatever the
  ///   bytes are.
  static func decode(_ packed: UnsafeBufferPointer<UInt8>, name: String) throws(DatasetError) -> Dataset {
    let header = try Header(packed, name: name)
    let body = try inflate(packed, header: header, name: name)

    let (count, width) = (header.sampleCount, header.width)
    var features = [Float](repeating: 0, count: count * width)
    // The file holds one channel after the other, a data set the channels of each pixel together.
    let pixels = header.shape[1] * header.shape[2]
    let shape = [header.shape[1], header.shape[2], header.shape[0]]
    for feature in 0..<width {
      let place = feature % pixels * shape[2] + feature / pixels
      for sample in 0..<count {
        let value = body[feature * count + sample]
        guard value <= header.largestValue else {
          throw DatasetError(.corrupt, "a feature is \(value), beyond \(header.largestValue)", source: name)
        }
        features[sample * width + place] = Float(value)
      }
    }
    let labels = body[(count * width)...].map { Int32($0) }
    let names = (0..<header.classCount).map { String($0) }
    return try Dataset(
      name: name, features: features, featureShape: shape,
      target: .classes(labels: labels, names: names))
  }

  private static func inflate(
    _ packed: UnsafeBufferPointer<UInt8>, header: Header, name: String
  ) throws(DatasetError) -> [UInt8] {
    let stream = UnsafeBufferPointer(rebasing: packed[headerCount...])
    guard let source = stream.baseAddress, !stream.isEmpty else {
      throw DatasetError(.corrupt, "it ends after its header", source: name)
    }
    var result = HPO_INFLATE_DONE
    let body = [UInt8](unsafeUninitializedCapacity: header.bodyCount) { buffer, produced in
      guard let destination = buffer.baseAddress else { return }
      result = hpo_inflate(source, stream.count, destination, header.bodyCount, &produced)
    }
    switch result {
    case HPO_INFLATE_DONE: break
    case HPO_INFLATE_TRUNCATED: throw DatasetError(.corrupt, "its compressed part is cut off", source: name)
    case HPO_INFLATE_TOO_LARGE:
      throw DatasetError(.corrupt, "it inflates to more than the \(header.bodyCount) bytes announced", source: name)
    case HPO_INFLATE_NO_MEMORY: throw DatasetError(.tooLarge, "there is no memory to inflate it", source: name)
    default: throw DatasetError(.corrupt, "its compressed part is damaged", source: name)
    }
    guard body.count == header.bodyCount else {
      throw DatasetError(
        .corrupt, "it inflates to \(body.count) bytes where \(header.bodyCount) are announced", source: name)
    }
    guard hpo_crc32(body, body.count) == header.checksum else {
      throw DatasetError(.corrupt, "its checksum is wrong", source: name)
    }
    return body
  }

  /// The fixed part of a packed data set.
  private struct Header {
    let classCount: Int
    let sampleCount: Int
    let shape: [Int]
    let largestValue: Int
    let bodyCount: Int
    let checksum: UInt32

    var width: Int { shape.reduce(1, *) }

    init(_ packed: UnsafeBufferPointer<UInt8>, name: String) throws(DatasetError) {
      guard packed.count >= headerCount else {
        throw DatasetError(
          .corrupt, "it has \(packed.count) bytes, fewer than its header's \(headerCount)", source: name)
      }
      func integer(at offset: Int, bytes: Int) -> Int {
        (0..<bytes).reduce(0) { $0 | Int(packed[offset + $1]) << (8 * $1) }
      }
      guard packed[..<4].elementsEqual("HPOD".utf8), integer(at: 4, bytes: 2) == 1 else {
        throw DatasetError(.corrupt, "it is no packed data set of version 1", source: name)
      }
      classCount = integer(at: 6, bytes: 2)
      sampleCount = integer(at: 8, bytes: 4)
      shape = [12, 14, 16].map { integer(at: $0, bytes: 2) }
      largestValue = integer(at: 18, bytes: 2)
      bodyCount = integer(at: 20, bytes: 4)
      checksum = UInt32(integer(at: 24, bytes: 4))

      guard bodyCount <= maximumBodyCount else {
        throw DatasetError(
          .tooLarge, "it announces \(bodyCount) bytes, more than the limit of \(maximumBodyCount)", source: name)
      }
      // Neither product overflows: three extents of 16 bits, then a width that the body's size bounds.
      let width = shape.reduce(1, *)
      guard sampleCount > 0, width > 0, classCount > 0, classCount <= 256, width <= bodyCount,
        sampleCount * (width + 1) == bodyCount
      else {
        throw DatasetError(
          .corrupt, "\(sampleCount) samples of shape \(shape) do not make \(bodyCount) bytes", source: name)
      }
    }
  }
}
