import CDatasets

/// The members of a ZIP archive, as NumPy's `savez` writes them: stored or deflated, without encryption and below 2 GiB.
struct ZipArchive {
  private struct Member {
    let name: String
    let isDeflated: Bool
    let checksum: UInt32
    let packedCount: Int
    let count: Int
    /// Where the local header is.
    let place: Int
  }

  private let bytes: [UInt8]
  private let source: String
  private let limit: Int
  private var members: [Member] = []

  /// Reads the directory of an archive.
  ///
  /// - Parameters:
  ///   - source: The file, for messages.
  ///   - limit: The most bytes that a member may have once inflated.
  /// - Throws: `DatasetError` of code `corrupt`.
  init(bytes: [UInt8], source: String, limit: Int) throws(DatasetError) {
    self.bytes = bytes
    self.source = source
    self.limit = limit
    guard bytes.starts(with: Array("PK".utf8)) else {
      throw corrupt(
        bytes.starts(with: [0x93] + Array("NUMPY".utf8))
          ? "it is a single array; write {npy: FILE, target: FILE}" : "it is no NPZ file: a ZIP archive begins with PK")
    }
    // The end of the directory stands before a comment of at most 65,535 bytes.
    let last = bytes.count - 22
    guard last >= 0,
      let end = stride(from: last, through: max(0, last - 65_535), by: -1).first(where: { place in
        number(place, 4) == 0x0605_4B50 && number(place + 20, 2) == bytes.count - place - 22
      })
    else { throw corrupt("no directory of members stands before its end at byte \(bytes.count); the file is cut off") }
    let (count, start) = (number(end + 10, 2), number(end + 16, 4))
    guard count != 0xFFFF, start != 0xFFFF_FFFF else { throw corrupt("archives of 4 GiB and more are not read") }
    var place = start
    for _ in 0..<count {
      let damage = corrupt("its directory is damaged at byte \(place)")
      guard place + 46 <= end, number(place, 4) == 0x0201_4B50 else { throw damage }
      let (nameCount, rest) = (number(place + 28, 2), number(place + 30, 2) + number(place + 32, 2))
      guard place + 46 + nameCount + rest <= end else { throw damage }
      let name = String(decoding: bytes[place + 46..<place + 46 + nameCount], as: UTF8.self)
      let method = number(place + 10, 2)
      guard number(place + 8, 2) & 1 == 0, method == 0 || method == 8 else {
        throw corrupt(
          "the member \(name.quoted) is encrypted, or packed by another method than deflate, says byte \(place + 8)")
      }
      let member = Member(
        name: name, isDeflated: method == 8, checksum: UInt32(number(place + 16, 4)),
        packedCount: number(place + 20, 4), count: number(place + 24, 4), place: number(place + 42, 4))
      // What does not fit there stands in an extra field; Python's library writes one from 2 GiB on.
      guard ![member.packedCount, member.count, member.place].contains(0xFFFF_FFFF) else {
        throw corrupt("the member \(name.quoted) has 2 GiB or more, or begins behind as many; that is not read")
      }
      members.append(member)
      place += 46 + nameCount + rest
    }
  }

  /// The members' names.
  var names: [String] { members.map(\.name) }

  /// The bytes of a member; nil where there is none of that name.
  ///
  /// - Throws: `DatasetError` of code `corrupt`, also where the checksum is wrong, or `tooLarge`.
  func contents(of name: String) throws(DatasetError) -> [UInt8]? {
    guard let member = members.first(where: { $0.name == name }) else { return nil }
    let place = member.place
    guard place + 30 <= bytes.count, number(place, 4) == 0x0403_4B50 else {
      throw corrupt("the member \(name.quoted) is not at byte \(place), where the directory says")
    }
    let start = place + 30 + number(place + 26, 2) + number(place + 28, 2)
    guard start <= bytes.count, member.packedCount <= bytes.count - start else {
      throw corrupt("the member \(name.quoted) at byte \(start) is cut off at byte \(bytes.count)")
    }
    guard member.count <= limit else {
      throw DatasetError(
        .tooLarge, "the member \(name.quoted) has \(member.count) bytes, more than the limit of \(limit)",
        source: source)
    }
    try DatasetError.requireMemory(bytes: member.count, for: "the bytes of \(name.quoted)", source: source)
    let packed = Array(bytes[start..<start + member.packedCount])
    let contents = member.isDeflated ? try inflate(packed, member, from: start) : packed
    guard contents.count == member.count, hpo_crc32(contents, contents.count) == member.checksum else {
      throw corrupt("the member \(name.quoted) at byte \(start) is damaged: its size or its checksum is wrong")
    }
    return contents
  }

  private func inflate(_ packed: [UInt8], _ member: Member, from start: Int) throws(DatasetError) -> [UInt8] {
    // Deflate makes at most 1032 bytes of one, so that no memory is taken for what a forged directory announces.
    guard member.count <= packed.count * 1032 else {
      throw corrupt(
        "the member \(member.name.quoted) at byte \(start) cannot inflate to the \(member.count) bytes announced")
    }
    var result = HPO_INFLATE_DONE
    let contents = [UInt8](unsafeUninitializedCapacity: max(1, member.count)) { buffer, produced in
      guard let destination = buffer.baseAddress else { return }
      result = hpo_inflate_raw(packed, packed.count, destination, member.count, &produced)
    }
    guard result == HPO_INFLATE_DONE else {
      throw corrupt("the member \(member.name.quoted) at byte \(start) does not inflate")
    }
    return contents
  }

  /// A little-endian number; the place and its width lie within the file.
  private func number(_ place: Int, _ width: Int) -> Int {
    (0..<width).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
  }

  private func corrupt(_ reason: String) -> DatasetError { DatasetError(.corrupt, reason, source: source) }
}
