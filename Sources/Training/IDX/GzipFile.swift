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

  /// Deflate makes at most so many bytes of one, so that no memory is taken for what a forged end announces.
  private static let largestRatio = 1032

  /// Inflates the bytes of a gzip file of one member or several (RFC 1952). The last four tell how many there will be, where it
  /// is one and whole; of one that is cut off they tell anything.
  ///
  /// - Throws: `DatasetError` naming the byte at which the file is damaged.
  static func inflate(_ bytes: [UInt8], source: String, atMost limit: Int) throws(DatasetError) -> [UInt8] {
    guard bytes.count >= 18 else { throw cutOff(bytes, source) }
    let announced = bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    let most = bytes.count * largestRatio
    if announced > min(limit, most) {
      var (produced, consumed) = (0, 0)
      switch hpo_inflate_gzip(bytes, bytes.count, nil, min(limit, most), &produced, &consumed) {
      case HPO_INFLATE_TRUNCATED: throw cutOff(bytes, source)
      case HPO_INFLATE_TRAILING: throw trailing(bytes, from: consumed, source)
      default: break
      }
    }
    guard announced <= limit else {
      throw DatasetError(
        .tooLarge, "it inflates to \(announced) bytes, more than the limit of \(limit)", source: source)
    }
    guard announced <= most else {
      throw DatasetError(
        .corrupt, "its \(bytes.count) bytes cannot inflate to the \(announced) that its end announces", source: source)
    }
    var capacity = announced
    while true {
      try DatasetError.requireMemory(bytes: capacity, for: "its inflated bytes", source: source)
      var (result, consumed) = (HPO_INFLATE_DONE, 0)
      let inflated = [UInt8](unsafeUninitializedCapacity: max(1, capacity)) { buffer, produced in
        guard let destination = buffer.baseAddress else { return }
        result = hpo_inflate_gzip(bytes, bytes.count, destination, capacity, &produced, &consumed)
      }
      switch result {
      case HPO_INFLATE_DONE: return inflated
      case HPO_INFLATE_TOO_LARGE where capacity < min(limit, most):
        // Several members: only the size of the last is known before.
        capacity = min(limit, most, 4 * capacity + 1 << 16)
      case HPO_INFLATE_TOO_LARGE where limit <= most:
        throw DatasetError(
          .tooLarge, "it inflates to more bytes than the limit of \(limit)", source: source)
      case HPO_INFLATE_TRUNCATED: throw cutOff(bytes, source)
      case HPO_INFLATE_TRAILING: throw trailing(bytes, from: consumed, source)
      case HPO_INFLATE_NO_MEMORY: throw DatasetError(.tooLarge, "there is no memory to inflate it", source: source)
      default: throw DatasetError(.corrupt, "the gzip file is damaged before byte \(consumed)", source: source)
      }
    }
  }

  private static func cutOff(_ bytes: [UInt8], _ source: String) -> DatasetError {
    DatasetError(.corrupt, "the gzip file is cut off at byte \(bytes.count)", source: source)
  }

  private static func trailing(_ bytes: [UInt8], from place: Int, _ source: String) -> DatasetError {
    DatasetError(
      .corrupt, "the gzip file ends at byte \(place), and \(bytes.count - place) bytes of something else follow",
      source: source)
  }
}
