import Foundation
import TestSupport
import Testing

@testable import Training

@Suite("IDX files")
struct IDXTests {
  /// An IDX file of bytes.
  static func file(_ shape: [UInt32], kind: UInt8 = 0x08, _ elements: [UInt8]) -> [UInt8] {
    [0, 0, kind, UInt8(shape.count)]
      + shape.flatMap { extent in (0..<4).map { UInt8(truncatingIfNeeded: extent >> (24 - 8 * $0)) } }
      + elements
  }

  /// `file` compressed by gzip's own program, for 12 elements.
  static let compressed: [UInt8] = {
    let base64 =
      "H4sIAAAAAAAC/2Ng4GBiYGBgBmIWRiZmFlY2dg5OLm4eAHXc74QYAAAA"
    return Data(base64Encoded: base64).map(Array.init) ?? []
  }()

  func error(of bytes: [UInt8]) -> DatasetError? {
    do throws(DatasetError) {
      _ = try IDXArray(bytes: bytes, source: "x.idx")
      return nil
    } catch { return error }
  }

  @Test("hold arrays of each kind of number, big end first")
  func kinds() throws {
    let bytes = try IDXArray(bytes: Self.file([2, 3], [0, 1, 2, 3, 4, 255]), source: "x")
    #expect(bytes.shape == [2, 3] && bytes.elements == [0, 1, 2, 3, 4, 255])
    #expect(try IDXArray(bytes: Self.file([2], kind: 0x09, [0xff, 0x80]), source: "x").elements == [-1, -128])
    #expect(try IDXArray(bytes: Self.file([2], kind: 0x0B, [0xff, 0xfe, 1, 0]), source: "x").elements == [-2, 256])
    #expect(try IDXArray(bytes: Self.file([1], kind: 0x0C, [0, 1, 0, 0]), source: "x").elements == [65536])
    #expect(try IDXArray(bytes: Self.file([1], kind: 0x0D, [0x3f, 0xc0, 0, 0]), source: "x").elements == [1.5])
    let double: [UInt8] = [0xc0, 4, 0, 0, 0, 0, 0, 0]
    #expect(try IDXArray(bytes: Self.file([1], kind: 0x0E, double), source: "x").elements == [-2.5])
  }

  @Test("cut off anywhere are refused with the file named")
  func truncated() {
    let whole = Self.file([2, 3], [0, 1, 2, 3, 4, 255])
    #expect(error(of: whole) == nil)
    for count in 0..<whole.count {
      let error = error(of: Array(whole.prefix(count)))
      #expect(error?.code == .corrupt && error?.source == "x.idx", "\(count) bytes")
    }
    #expect(error(of: whole + [0])?.code == .corrupt)
  }

  @Test("that announce more than they hold cost no memory")
  func hugeExtents() {
    #expect(error(of: Self.file([.max, .max, .max], [1]))?.code == .corrupt)
    #expect(error(of: Self.file([60000, 28, 28], [1, 2, 3]))?.message.contains("[60000, 28, 28]") == true)
    #expect(error(of: Self.file([0], []))?.code == .corrupt)
    #expect(error(of: Self.file([1], kind: 0x07, [1]))?.code == .corrupt)
  }

  @Test("changed at random never crash")
  func mutations() {
    var generator = SplitMix64(seed: 4)
    let whole = Self.file([2, 3], [0, 1, 2, 3, 4, 255])
    for _ in 0..<5000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: bytes.indices, using: &generator)] = .random(in: 0...255, using: &generator)
      }
      if let error = error(of: bytes) { #expect(error.code == .corrupt) }
    }
  }

  @Test("compressed by gzip are inflated, and their damages told")
  func gzip() throws {
    let whole = try GzipFile.inflate(Self.compressed, source: "x.gz", atMost: 1000)
    #expect(try IDXArray(bytes: whole, source: "x").elements == (1...12).map { Float($0) })
    func code(_ bytes: [UInt8], limit: Int = 1000) -> DatasetError.Code? {
      do throws(DatasetError) {
        _ = try GzipFile.inflate(bytes, source: "x.gz", atMost: limit)
        return nil
      } catch { return error.code }
    }
    for count in 0..<Self.compressed.count { #expect(code(Array(Self.compressed.prefix(count))) != nil) }
    // What is cut off ends with any number, which announces nothing.
    for end in [[0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0x40], [1, 0, 0, 0]] as [[UInt8]] {
      for limit in [1000, 1 << 20, 1 << 31] {
        let cut = Array(Self.compressed.dropLast(12)) + end
        let error = #expect(throws: DatasetError.self) { try GzipFile.inflate(cut, source: "x.gz", atMost: limit) }
        #expect(error?.code == .corrupt && error?.message.contains("cut off at byte \(cut.count)") == true)
      }
    }
    #expect(code(Self.compressed, limit: 23) == .tooLarge)
    #expect(code(Self.compressed.dropLast(4) + [0, 0, 0, 0x40], limit: 1 << 31) == .corrupt)
    for place in 10..<Self.compressed.count {
      var bytes = Self.compressed
      bytes[place] ^= 0x10
      #expect(code(bytes) != nil, "byte \(place)")
    }
  }

  @Test("of images and labels make a data set, and other pairs are refused")
  func dataset() throws {
    let images = try IDXArray(bytes: Self.file([2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7]), source: "images")
    func dataset(labels: [UInt8], images: IDXArray) throws -> Dataset {
      try Dataset(
        images: images, labels: IDXArray(bytes: Self.file([UInt32(labels.count)], labels), source: "labels"),
        imageSource: "images", labelSource: "labels", name: "pair", classes: nil)
    }
    let pair = try dataset(labels: [1, 0], images: images)
    #expect(pair.featureShape == [2, 2, 1] && pair.count == 2)
    #expect(pair.target == .classes(labels: [1, 0], names: ["0", "1"]))
    let count = #expect(throws: DatasetError.self) { try dataset(labels: [1], images: images) }
    #expect(count?.source == "labels")
    let flat = try IDXArray(bytes: Self.file([2, 4], [0, 1, 2, 3, 4, 5, 6, 7]), source: "images")
    let shape = #expect(throws: DatasetError.self) { try dataset(labels: [1, 0], images: flat) }
    #expect(shape?.source == "images")
  }

  @Test("of several gzip members, and with zeros behind them, are read as one; other bytes behind are refused")
  func members() throws {
    let one = try GzipFile.inflate(Self.compressed, source: "x.gz", atMost: 1000)
    let two = try GzipFile.inflate(Self.compressed + Self.compressed, source: "x.gz", atMost: 1000)
    #expect(two == one + one)
    let many = try GzipFile.inflate(Array((0..<40).map { _ in Self.compressed }.joined()), source: "x.gz", atMost: 1000)
    #expect(many.count == 40 * one.count)
    let padded = try GzipFile.inflate(Self.compressed + [UInt8](repeating: 0, count: 64), source: "x.gz", atMost: 1000)
    #expect(padded == one)
    func error(_ bytes: [UInt8], limit: Int = 1000) -> DatasetError? {
      do throws(DatasetError) {
        _ = try GzipFile.inflate(bytes, source: "x.gz", atMost: limit)
        return nil
      } catch { return error }
    }
    for others in [[1, 2, 3, 0, 0], Array("PK and more".utf8), [0, 0, 7]] as [[UInt8]] {
      let found = error(Self.compressed + others)
      let told = "ends at byte \(Self.compressed.count), and \(others.count) bytes of something else follow"
      #expect(found?.code == .corrupt && found?.message.contains(told) == true, "\(found?.message ?? "")")
    }
    #expect(error(Self.compressed + Self.compressed, limit: 30)?.code == .tooLarge)
    let cut = error(Self.compressed + Self.compressed.dropLast(9))
    #expect(cut?.code == .corrupt || cut?.code == .tooLarge)
    var damaged = Self.compressed
    damaged[20] ^= 0xFF
    #expect(error(damaged)?.message.contains("byte ") == true)
  }

  @Test("with a number that is not finite name the file and the byte")
  func notFinite() {
    let error = error(of: Self.file([2], kind: 0x0D, [0x3f, 0xc0, 0, 0, 0x7f, 0xc0, 0, 0]))
    #expect(error?.code == .notFinite && error?.source == "x.idx")
    #expect(error?.message.contains("element 1, at byte 12") == true)
  }

  @Test("in a folder have the classes of both parts together, whichever lacks the largest", arguments: [true, false])
  func classesOfBoth(isTestLacking: Bool) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "idx-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (part, labels) in [
      ("train", isTestLacking ? [0, 1, 2] : [0, 1, 1]), ("t10k", isTestLacking ? [1, 0, 1] : [0, 2, 1]),
    ] {
      let (images, numbers) = (
        Self.file([9, 1, 1], Array(1...9)), Self.file([9], (labels + labels + labels).map { UInt8($0) })
      )
      try Data(images).write(to: folder.appending(path: "\(part)-images-idx3-ubyte"))
      try Data(numbers).write(to: folder.appending(path: "\(part)-labels-idx1-ubyte"))
    }
    let (training, test) = try IDXFolder(path: folder.path).load()
    for part in [training, test] {
      guard case .classes(_, let names) = part.target else {
        Issue.record("classes are expected")
        continue
      }
      #expect(names == ["0", "1", "2"])
    }
    _ = try training.split(validation: 0.4, test: test, seed: 1)
  }

  @Test("in a folder whose labels are all alike are refused, and parts that do not go together told apart")
  func unusable() throws {
    func idx(_ shape: [UInt32], _ bytes: [UInt8]) -> Data { Data(Self.file(shape, bytes)) }
    let images = idx([2, 1, 2], [0, 1, 2, 3])
    let same = [
      "train-images-idx3-ubyte": images, "t10k-images-idx3-ubyte": images,
      "train-labels-idx1-ubyte": idx([2], [3, 3]), "t10k-labels-idx1-ubyte": idx([2], [0, 1]),
    ]
    try inFolder(same) { folder in
      let error = #expect(throws: DatasetError.self) { try IDXFolder(path: folder).load() }
      #expect(error?.code == .singleClass && error?.source.hasSuffix("train-labels-idx1-ubyte") == true)
    }
    var other = same
    other["train-labels-idx1-ubyte"] = idx([2], [0, 1])
    other["t10k-images-idx3-ubyte"] = idx([2, 2, 1], [0, 1, 2, 3])
    try inFolder(other) { folder in
      let (training, test) = try IDXFolder(path: folder).load()
      let error = #expect(throws: DatasetError.self) { try training.split(validation: 0.5, test: test, seed: 0) }
      #expect(error?.message.contains("shape [2, 1, 1], and those of") == true, "\(error as Any)")
    }
  }

  @Test("that are missing are told with what is expected")
  func missingFolder() {
    let error = #expect(throws: DatasetError.self) { try IDXFolder(path: "/nowhere").load() }
    #expect(error?.code == .unreadableFile && error?.source == "/nowhere")
    #expect(error?.message.contains("train-labels-idx1-ubyte") == true)
  }

  @Test("with a test part of their own are split into training and validation alone")
  func officialTest() throws {
    let digits = try EmbeddedDataset.digits.load()
    let (samples, test) = (digits.subset(Array(0..<1500)), digits.subset(Array(1500..<1797)))
    let splits = try samples.split(validation: 0.2, test: test, seed: 3)
    #expect(splits.training.count == 1200 && splits.validation.count == 300 && splits.test == test)
    #expect(Set(splits.indices.training + splits.indices.validation).count == 1500)
    let other = try Dataset(name: "other", features: [1], featureShape: [1], target: .values([1]))
    let error = #expect(throws: DatasetError.self) { try samples.split(validation: 0.2, test: other, seed: 3) }
    #expect(error?.code == .invalidSplit && error?.source == "other")
  }
}
