import CDatasets

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The bytes of a checkpoint or a model: a document in JSON and arrays of 32-bit floating-point numbers.
///
/// Little-endian: eight bytes that name the format, its version (UInt32), the number of bytes of the document (UInt32)
/// and the document, the number of arrays (UInt32), for each its count (UInt64) and elements, and last the CRC-32 of all
/// bytes before it (UInt32).
struct FloatArchive {
  /// What an archive is of.
  struct Format {
    /// Eight ASCII characters at the beginning.
    let signature: String
    /// The layout of the document; another one is not read.
    let version: UInt32
    /// What messages call it: "checkpoint".
    let name: String
  }

  /// The most bytes of a document.
  private static let largestDocument = 1 << 26
  /// The most arrays.
  private static let largestArrayCount = 1 << 16

  /// Puts an archive together.
  static func encode(_ document: some Encodable, _ arrays: [[Float]], as format: Format) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let text = try encoder.encode(document)
    var bytes = Array(format.signature.utf8)
    bytes.reserveCapacity(text.count + arrays.reduce(32) { $0 + 8 + 4 * $1.count })
    append(format.version, to: &bytes)
    append(UInt32(text.count), to: &bytes)
    bytes += text
    append(UInt32(arrays.count), to: &bytes)
    for array in arrays {
      append(UInt64(array.count), to: &bytes)
      array.withUnsafeBytes { bytes += $0 }
    }
    bytes += [0, 0, 0, 0]
    seal(&bytes)
    return bytes
  }

  /// Sets the last four bytes to the checksum of those before.
  static func seal(_ bytes: inout [UInt8]) {
    bytes.removeLast(4)
    append(hpo_crc32(bytes, bytes.count), to: &bytes)
  }

  /// Takes an archive apart.
  ///
  /// - Parameters:
  ///   - source: What the bytes are of, for messages.
  ///   - body: Makes the result of the document and the arrays.
  /// - Throws: `TrainingError` of code `corrupt`, also in place of what decoding the document throws.
  static func decode<Document: Decodable>(
    _ bytes: [UInt8], as format: Format, source: String, _ type: Document.Type
  ) throws(TrainingError) -> (document: Document, arrays: [[Float]]) {
    func corrupt(_ reason: String) -> TrainingError {
      TrainingError(.corrupt, "\(source): \(reason)")
    }
    guard bytes.starts(with: format.signature.utf8) else { throw corrupt("this is no \(format.name) of hpo") }
    var reader = ByteReader(bytes: bytes, position: format.signature.utf8.count)
    let cut = corrupt("the \(format.name) is cut off")
    guard let version: UInt32 = reader.next() else { throw cut }
    guard version == format.version else {
      throw corrupt(
        "the \(format.name) has format \(version), and this program reads \(format.version); make it anew, or take the "
          + "program that wrote it")
    }
    let end = bytes.count - 4
    guard end > reader.position else { throw cut }
    var checksum = ByteReader(bytes: bytes, position: end)
    guard checksum.next() == hpo_crc32(bytes, end) else {
      throw corrupt("the \(format.name) is cut off or damaged: its checksum is wrong")
    }
    guard let textCount: UInt32 = reader.next(), textCount <= largestDocument,
      let text = reader.bytes(Int(textCount)), let arrayCount: UInt32 = reader.next(), arrayCount <= largestArrayCount
    else { throw cut }
    var arrays: [[Float]] = []
    for _ in 0..<arrayCount {
      guard let count: UInt64 = reader.next(), count <= UInt64(bytes.count / 4),
        let elements = reader.floats(Int(count))
      else { throw cut }
      arrays.append(elements)
    }
    guard reader.position == end else { throw corrupt("there is more in the \(format.name) than belongs to it") }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return (try decoder.decode(Document.self, from: Data(text)), arrays)
    } catch {
      throw corrupt("the document of the \(format.name) does not make sense: \(Self.reason(of: error))")
    }
  }

  /// What is wrong with a document, in words: the place in it, and what is missing there or does not fit.
  private static func reason(of error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    func place(_ path: [any CodingKey]) -> String {
      let names = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
      return names.isEmpty ? "the whole" : "'\(names.hasPrefix(".") ? String(names.dropFirst()) : names)'"
    }
    switch error {
    case .keyNotFound(let key, let context): return "\(place(context.codingPath + [key])) is missing"
    case .valueNotFound(_, let context): return "\(place(context.codingPath)) is empty"
    case .typeMismatch(_, let context): return "\(place(context.codingPath)) is of another kind than expected"
    case .dataCorrupted(let context):
      let isWhole = context.codingPath.isEmpty
      return isWhole ? "it is no JSON" : "\(place(context.codingPath)): \(context.debugDescription)"
    @unknown default: return "\(error)"
    }
  }

  private static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
  }
}

/// Reads numbers from bytes, never beyond their end.
private struct ByteReader {
  let bytes: [UInt8]
  var position: Int

  /// The next `count` bytes, or nil where there are fewer.
  mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
    guard count <= bytes.count - position else { return nil }
    defer { position += count }
    return bytes[position..<position + count]
  }

  mutating func next<Number: FixedWidthInteger>() -> Number? {
    bytes(MemoryLayout<Number>.size).map { slice in
      slice.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(as: Number.self)) }
    }
  }

  mutating func floats(_ count: Int) -> [Float]? {
    bytes(4 * count).map { slice in
      [Float](unsafeUninitializedCapacity: count) { buffer, filled in
        slice.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
        filled = count
      }
    }
  }
}
