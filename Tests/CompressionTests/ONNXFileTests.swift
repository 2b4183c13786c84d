import Compression
import Foundation
import SwiftProtobuf
import TestSupport
import Testing
import Training

@testable import ONNXExport

@Suite("An ONNX file")
struct ONNXFileTests {
  @Test("that is damaged is refused or computes something, but never crashes")
  func damage() throws {
    let (_, integers, samples) = try IntegerNetworkTests.quantized(seed: 2)
    let bytes = try ONNXFile(integers: integers).bytes
    let features = samples.subset([0]).features
    var random = SplitMix64(seed: 8)
    var refused = 0
    for length in [0, 1, 2, 10, bytes.count / 2, bytes.count - 1] {
      #expect(throws: ONNXError.self) {
        try ONNXIntegerFile(decoding: Array(bytes.prefix(length))).outputs(forChannelsLast: features)
      }
    }
    for _ in 0..<800 {
      var damaged = bytes
      for _ in 0...random.below(3) { damaged[random.below(damaged.count)] = UInt8(random.below(256)) }
      do { _ = try ONNXIntegerFile(decoding: damaged).outputs(forChannelsLast: features) } catch { refused += 1 }
    }
    #expect(refused > 0)
  }

  @Test("has the same bytes whenever it is written, and once it is read")
  func deterministic() throws {
    let (float, integers, _) = try IntegerNetworkTests.quantized(seed: 3)
    for write in [{ try ONNXFile(floats: float).bytes }, { try ONNXFile(integers: integers).bytes }] {
      let bytes = try write()
      for _ in 0..<3 { #expect(try write() == bytes) }
      #expect(try ONNXModelProto(decoding: bytes).encoded() == bytes)
    }
  }

  @Test("nests no deeper than a model does, or is refused")
  func depth() {
    /// A field with contents in its wire format.
    func field(_ tag: UInt8, _ contents: [UInt8]) -> [UInt8] {
      var (length, bytes) = (contents.count, [tag])
      while length >= 0x80 {
        bytes.append(UInt8(length & 0x7F) | 0x80)
        length >>= 7
      }
      return bytes + [UInt8(length)] + contents
    }
    // A million groups that are none of the schema, each in the one before it; the same within the graph of a model.
    let groups = Array(repeating: [0xA3, 0x06] as [UInt8], count: 1_000_000).flatMap { $0 }
    for bytes in [groups, field(0x3A, groups)] {
      let error = #expect(throws: ONNXError.self) { try ONNXModelProto(decoding: bytes) }
      #expect(error?.code == .malformed && error?.message.contains("16 levels") == true, "\(error as Any)")
    }
    // Graphs in attributes of nodes, as ONNX has them, are no part of the schema here and are passed over.
    var nested: [UInt8] = []
    for _ in 0..<2000 { nested = field(0x0A, field(0x2A, field(0x32, nested))) }
    let model = try? ONNXModelProto(decoding: field(0x3A, nested))
    #expect(model?.graph.node.count == 1 && model?.graph.node[0].attribute == [ONNXAttributeProto()])
  }

  @Test("of more than 2 GiB is not written, and of more than 64 MiB not read")
  func tooLarge() {
    let long = [UInt8](repeating: 0, count: ONNXIntegerFile.largestFile + 1)
    let unread = #expect(throws: ONNXError.self) { try ONNXIntegerFile(decoding: long) }
    #expect(unread?.code == .unexpected && unread?.message.contains("67108865 bytes") == true)
    // Pages of zeros that nobody touches take no memory.
    let model = ONNXModelProto.with {
      $0.graph.initializer = [.with { $0.rawData = Data(count: Int(Int32.max)) }]
    }
    let error = #expect(throws: ONNXError.self) { try model.encoded() }
    #expect(error?.code == .tooLarge)
  }

  @Test("with something that is not computed is refused with its name")
  func unexpected() throws {
    let changes: [(message: String, change: (inout ONNXModelProto) -> Void)] = [
      ("an operator 'Conv' of com.example", { $0.graph.node[2].domain = "com.example" }),
      ("no network of operator set 13", { $0.opsetImport[0].version = 14 }),
      ("no network of operator set 13", { $0.opsetImport.append(.with { $0.version = 13 }) }),
      ("one input and one output", { $0.graph.output = [] }),
      ("'odd' has elements of a type", { $0.graph.initializer.append(.with { $0.name = "odd" }) }),
      (
        "'short' of shape [3] has 1 bytes, not 12",
        { file in
          file.graph.initializer.append(
            .with { ($0.name, $0.dims, $0.dataType, $0.rawData) = ("short", [3], .float, Data([1])) })
        }
      ),
      ("values of shape [1, 0", { $0.graph.input[0].type.tensorType.shape.dim[1].dimParam = "C" }),
    ]
    let (_, integers, _) = try IntegerNetworkTests.quantized(seed: 2)
    var whole = try ONNXModelProto(decoding: ONNXFile(integers: integers).bytes)
    whole.graph.node[2].opType = "Conv"
    for (message, change) in changes {
      var file = whole
      change(&file)
      let error = #expect(throws: ONNXError.self) { try ONNXIntegerFile(decoding: file.encoded()) }
      #expect(error?.code == .unexpected && error?.message.contains(message) == true, "\(error as Any)")
    }
  }

  @Test("tells the study, the trial, the accuracy, and classes whatever their names")
  func metadata() throws {
    let (float, integers, _) = try IntegerNetworkTests.quantized(seed: 2)
    // The accuracy of the floating-point model is not that of the integers.
    for (file, accuracy) in [(try ONNXFile(floats: float), "0.25"), (try ONNXFile(integers: integers), nil)] {
      let read = try ONNXModelProto(decoding: file.bytes)
      let metadata = Dictionary(uniqueKeysWithValues: read.metadataProps.map { ($0.key, $0.value) })
      #expect(metadata["study"] == float.provenance["study"] && metadata["trial"] == float.provenance["trial"])
      #expect(metadata["test accuracy"] == accuracy)
      guard case .classes(let names) = float.target else {
        Issue.record("the target is of another kind")
        return
      }
      let classes = try JSONDecoder().decode([String].self, from: Data(try #require(metadata["classes"]).utf8))
      #expect(classes == names && names[0].contains(", \""))
    }
    #expect(
      try ONNXModelProto(decoding: ONNXFile(integers: integers).bytes).metadataProps.contains {
        $0.key == "quantization"
      })
    let odd = ["a,b", "\"", "\\", "\n\t\u{1}", "é\u{301}😀", ""]
    #expect(try JSONDecoder().decode([String].self, from: Data(odd.json.utf8)) == odd)
  }

  @Test("of another form than the model's is refused with the way out")
  func wrongForm() throws {
    let (float, integers, _) = try IntegerNetworkTests.quantized(seed: 2)
    let first = #expect(throws: CompressionError.self) { try ONNXFile(integers: float) }
    #expect(first?.message.contains("hpo quantize") == true)
    let second = #expect(throws: CompressionError.self) { try ONNXFile(floats: integers) }
    #expect(second?.message.contains("onnx-int8") == true)
    #expect(throws: TrainingError.self) { try integers.predictor() }
  }
}
