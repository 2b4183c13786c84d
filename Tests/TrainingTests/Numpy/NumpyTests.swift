import Foundation
import TestSupport
import Testing

@testable import Training

/// Arrays that NumPy saved; `Fixtures/generate_arrays.py` writes the fixture.
@Suite("NumPy's arrays")
struct NumpyTests {
  struct Fixture: Decodable {
    let arrays: [Array]
    let stored, deflated: Data
    let half: [[Double]]

    struct Array: Decodable {
      let type, order: String
      let shape: [Int]
      let bytes: Data
      let elements: [Float]
    }
  }

  static let fixture = Result {
    try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: TestSupport.Fixture.url("arrays.json")))
  }

  private func error(of bytes: some Sequence<UInt8>) -> DatasetError? {
    do throws(DatasetError) {
      _ = try NPYArray(bytes: Array(bytes)[...], source: "x.npy")
      return nil
    } catch { return error }
  }

  /// An array with a header of one's own.
  private static func file(_ header: String, _ body: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let text = Array(header.utf8)
    let length =
      version == 1
      ? [UInt8(text.count & 255), UInt8(text.count >> 8)] : [UInt8(text.count & 255), UInt8(text.count >> 8), 0, 0]
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + text + body
  }

  @Test("of every type and both orders have NumPy's elements")
  func types() throws {
    let fixture = try Self.fixture.get()
    #expect(fixture.arrays.count == 36)
    for array in fixture.arrays {
      let read = try NPYArray(bytes: Array(array.bytes)[...], source: "x.npy")
      #expect(read.shape == array.shape && read.elements == array.elements, "\(array.type) \(array.order)")
    }
    for pair in fixture.half {
      let bits = UInt16(pair[0])
      let file = Self.file(
        "{'descr': '<f2', 'fortran_order': False, 'shape': (1,), }", [UInt8(bits & 255), UInt8(bits >> 8)])
      #expect(try NPYArray(bytes: file[...], source: "x").elements == [Float(pair[1])])
    }
  }

  @Test("cut off or lengthened anywhere are refused with the file named")
  func truncated() throws {
    for array in try Self.fixture.get().arrays.prefix(4) {
      for count in 0..<array.bytes.count {
        let error = error(of: array.bytes.prefix(count))
        #expect(error?.code == .corrupt && error?.source == "x.npy", "\(count) bytes")
      }
      #expect(error(of: array.bytes + [0])?.code == .corrupt)
    }
    #expect(error(of: [])?.code == .corrupt)
  }

  @Test("with headers that lie or make no sense are refused, each with its reason")
  func headers() {
    let whole = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }"
    let body: [UInt8] = [1, 2, 3, 4, 5, 6]
    for version: UInt8 in [1, 2, 3] { #expect(error(of: Self.file(whole, body, version: version)) == nil) }
    #expect(error(of: Self.file(whole, body, version: 4))?.code == .corrupt)
    func refusal(_ old: String, _ new: String) -> String {
      error(of: Self.file(whole.replacingOccurrences(of: old, with: new), body))?.message ?? ""
    }
    #expect(refusal("(2, 3)", "(4000000000, 4000000000, 4000000000)").contains("announces"))
    #expect(refusal("(2, 3)", "(99999999999999999999)").contains("header"))
    #expect(refusal("(2, 3)", "(0, 3)").contains("no element"))
    #expect(refusal("(2, 3)", "(-2, 3)").contains("header"))
    #expect(refusal("(2, 3)", "2").contains("header"))
    #expect(refusal("|u1", "|O").contains("Python objects"))
    #expect(refusal("|u1", "<U5").contains("type"))
    #expect(refusal("|u1", "<f3").contains("type"))
    #expect(refusal("'|u1'", "[('a', '<f4')]").contains("records"))
    #expect(refusal("False", "Maybe").contains("header"))
    #expect(refusal("'shape'", "'shap'").contains("header"))
    #expect(refusal(", }", "").contains("header"))
    #expect(refusal("}", "} x").contains("header"))
    #expect(error(of: Array("PK\u{3}\u{4}".utf8))?.message.contains("npz") == true)
    #expect(refusal("(2, 3)", "(" + String(repeating: "1, ", count: 33) + "6)").contains("axes"))
  }

  @Test("and archives changed at random never crash")
  func mutations() throws {
    let fixture = try Self.fixture.get()
    var random = SplitMix64(seed: 8)
    let arrays = fixture.arrays.map { Array($0.bytes) }
    for round in 0..<6000 {
      var bytes = arrays[round % arrays.count]
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
      }
      if let error = error(of: bytes) {
        #expect([.corrupt, .empty, .notFinite].contains(error.code))
      }
    }
    for round in 0..<6000 {
      var bytes = Array(round % 2 == 0 ? fixture.stored : fixture.deflated)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
      }
      if let error = archiveError(bytes) {
        #expect([.corrupt, .tooLarge, .notFinite].contains(error.code))
      }
    }
  }

  private func archiveError(_ bytes: [UInt8]) -> DatasetError? {
    do throws(DatasetError) {
      let archive = try ZipArchive(bytes: bytes, source: "x.npz", limit: 1 << 20)
      for name in archive.names { _ = try archive.contents(of: name) }
      return nil
    } catch { return error }
  }

  @Test("in archives, stored or deflated, are found by name; archives cut off anywhere are refused")
  func archives() throws {
    let fixture = try Self.fixture.get()
    for data in [fixture.stored, fixture.deflated] {
      let bytes = Array(data)
      let archive = try ZipArchive(bytes: bytes, source: "x.npz", limit: 1 << 20)
      #expect(archive.names == ["x.npy", "y.npy"])
      let y = try NPYArray(bytes: #require(try archive.contents(of: "y.npy"))[...], source: "y")
      #expect(y.elements == [3, -1, 3, 5, -1, 5])
      #expect(try archive.contents(of: "z.npy") == nil)
      for count in 0..<bytes.count {
        let error = archiveError(Array(bytes.prefix(count)))
        #expect(error?.code == .corrupt && (count < 2 || error?.message.contains("at byte \(count)") == true))
      }
      #expect(throws: DatasetError.self) {
        try ZipArchive(bytes: bytes, source: "x.npz", limit: 10).contents(of: "x.npy")
      }
    }
    // Each byte of the deflated elements is under the checksum.
    let start = try #require(Array(fixture.deflated).firstRange(of: Array("x.npy".utf8))?.upperBound) + 25
    for place in start..<start + 40 {
      var bytes = Array(fixture.deflated)
      bytes[place] ^= 4
      #expect(archiveError(bytes)?.message.contains("at byte") == true, "byte \(place)")
    }
    // The sizes and the place of a member of 2 GiB or more stand elsewhere, and all bits of these are set.
    let directory = try #require(Array(fixture.stored).firstRange(of: [0x50, 0x4B, 1, 2])?.lowerBound)
    for field in [20, 24, 42] {
      var bytes = Array(fixture.stored)
      for byte in 0..<4 { bytes[directory + field + byte] = 0xFF }
      #expect(archiveError(bytes)?.message.contains(#"the member "x.npy" has 2 GiB or more"#) == true)
    }
  }

  @Test("make a data set of classes by their numbers, or of values")
  func datasets() throws {
    let fixture = try Self.fixture.get()
    try inFolder(["a.npz": fixture.deflated]) { folder in
      let path = "\(folder)/a.npz"
      var data = NumpyData(features: .member("x", of: path), target: .member("y", of: path), task: .classification)
      let (samples, none) = try data.load()
      #expect(samples.featureShape == [2, 2, 1] && samples.count == 6 && none == nil)
      #expect(samples.target == .classes(labels: [1, 0, 1, 2, 0, 2], names: ["-1", "3", "5"]))
      data.testFeatures = .member("x", of: path)
      data.testTarget = .member("y", of: path)
      #expect(try data.load().test == samples)
      data.task = .regression
      #expect(try data.load().samples.target == .values([3, -1, 3, 5, -1, 5]))
      data.target = .member("x", of: path)
      #expect(throws: DatasetError.self) { try data.load() }
      data.target = .member("Y", of: path)
      let error = #expect(throws: DatasetError.self) { try data.load() }
      #expect(error?.message.contains("did you mean 'y'?") == true)
    }
  }

  @Test("with numbers that are none, of unequal counts or of one class are refused")
  func unusable() throws {
    func array(_ numbers: [Float], shape: String) -> Data {
      let bytes = numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) } }
      return Data(Self.file("{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }", bytes))
    }
    func doubles(_ numbers: [Double], isFortran: Bool) -> Data {
      let bytes = numbers.flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) } }
      let order = isFortran ? "True" : "False"
      return Data(Self.file("{'descr': '<f8', 'fortran_order': \(order), 'shape': (2, 2), }", bytes))
    }
    let files = [
      "x.npy": array([1, 2, 3, 4], shape: "(2, 2)"), "nan.npy": array([1, .nan, 3, 4], shape: "(2, 2)"),
      "y.npy": array([0, 1], shape: "(2,)"), "three.npy": array([0, 1, 2], shape: "(3,)"),
      "half.npy": array([0.5, 1], shape: "(2,)"), "same.npy": array([1, 1], shape: "(2, 1)"),
      "infinite.npy": array([.infinity, 1], shape: "(2,)"), "vast.npy": array([2e38, 1], shape: "(2,)"),
      // A column of small numbers, and one of milliseconds since 1970, in either order.
      "time.npy": doubles([1, 1.7e12, 2, 1.7e12 + 6e4], isFortran: false),
      "timeF.npy": doubles([1, 2, 1.7e12, 1.7e12 + 6e4], isFortran: true),
      "days.npy": doubles([1, 1.7e12, 2, 1.8e12], isFortran: false),
    ]
    try inFolder(files) { folder in
      func code(_ features: String, _ target: String, _ task: DatasetTask) -> DatasetError.Code? {
        do throws(DatasetError) {
          _ = try NumpyData(
            features: .file("\(folder)/\(features).npy"), target: .file("\(folder)/\(target).npy"), task: task
          ).load()
          return nil
        } catch { return error.code }
      }
      #expect(code("x", "y", .classification) == nil && code("x", "half", .regression) == nil)
      #expect(code("nan", "y", .classification) == .notFinite)
      let path = "\(folder)/nan.npy"
      let error = #expect(throws: DatasetError.self) { try NPYArray(file: path) }
      #expect(error?.source == path && error?.message.contains("element 1, at byte ") == true)
      #expect(code("x", "infinite", .regression) == .notFinite)
      #expect(code("x", "vast", .regression) == .notFinite)
      #expect(code("time", "y", .classification) == .tooFine && code("timeF", "y", .classification) == .tooFine)
      #expect(code("days", "y", .classification) == nil)
      let loss = try NPYArray(file: "\(folder)/timeF.npy").loss
      #expect(loss?.hasPrefix("column 1 lies between 1700000000000.0 and") == true, "\(loss as Any)")
      #expect(code("x", "three", .classification) == .raggedRow)
      #expect(code("x", "half", .classification) == .malformed)
      #expect(code("x", "same", .classification) == .singleClass)
      #expect(code("x", "none", .classification) == .unreadableFile)
    }
  }
}
