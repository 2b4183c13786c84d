import CDatasets

/// Reads files that may be compressed by gzip.
enum GzipFile {
  /// The bytes of a file, inflated where it begins as gzip files do.
  ///
  /// - Throws: `DatasetError` of code `unreadableFile`, `tooLarge` beyond `limit` bytes, or `corrupt`.
  static func read(_ path: String, atMost limit: Int) throws(DatasetError) -> [UInt8] {
    let bytes = try RegularFile.read(path, atMost: limit)
    return bytes.starts(with: [0x1f, 0x8b]) ? try inflate(bytes, source: path, atMost: limit) : bytes
  }

  /// Inflates the bytes of a gzip file with one member (RFC 1952), whose last four tell how many there will be.
  static func inflate(_ bytes: [UInt8], source: String, atMost limit: Int) throws(DatasetError) -> [UInt8] {
    guard bytes.count >= 18 else { throw DatasetError(.corrupt, "the gzip file is cut off", source: source) }
    let announced = bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    guard announced <= limit else {
      throw DatasetError(
        .tooLarge, "it inflates to \(announced) bytes, more than the limit of \(limit)", source: source)
    }
    // Deflate makes at most 1032 bytes of one, so that no memory is taken for what a forged end announces.
    guard announced <= bytes.count * 1032 else {
      throw DatasetError(
        .corrupt, "its \(bytes.count) bytes cannot inflate to the \(announced) that its end announces", source: source)
    }
    var result = HPO_INFLATE_DONE
    let inflated = [UInt8](unsafeUninitializedCapacity: max(1, announced)) { buffer, produced in
      guard let destination = buffer.baseAddress else { return }
      result = hpo_inflate(bytes, bytes.count, destination, announced, &produced)
    }
    switch result {
    case HPO_INFLATE_DONE where inflated.count == announced: return inflated
    case HPO_INFLATE_DONE, HPO_INFLATE_TOO_LARGE:
      throw DatasetError(
        .corrupt, "it does not inflate to the \(announced) bytes that its end announces", source: source)
    case HPO_INFLATE_TRUNCATED: throw DatasetError(.corrupt, "the gzip file is cut off", source: source)
    case HPO_INFLATE_NO_MEMORY: throw DatasetError(.tooLarge, "there is no memory to inflate it", source: source)
    default: throw DatasetError(.corrupt, "the gzip file is damaged", source: source)
    }
  }
}
