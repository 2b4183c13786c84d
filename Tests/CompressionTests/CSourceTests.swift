import Compression
import Foundation
import Graphs
import TestSupport
import Testing

@testable import Training

@Suite("A header in C99", .on(.commands))
struct CSourceTests {
  /// A program that includes the header, once more for its functions, reads samples from its input and writes the bytes of their
  /// outputs, where those of both ways to compute them are the same.
  private static func program(_ name: String) -> String {
    """
    #include "\(name).h"
    #define \(name.uppercased())_IMPLEMENTATION
    #include "\(name).h"
    #include <stdio.h>

    int main(void)
    {
        static float features[\(name.uppercased())_INPUT_COUNT];
        static uint8_t output[\(name.uppercased())_OUTPUT_COUNT];
        static uint8_t again[\(name.uppercased())_OUTPUT_COUNT];
        static uint8_t arena[\(name.uppercased())_ARENA_BYTES];
        while (fread(features, sizeof features, 1, stdin) == 1) {
            \(name)_infer(features, output, arena);
            for (int32_t i = \(name.uppercased())_INPUT_COUNT; i > 0; --i) {
                \(name)_set_feature(i - 1, features[i - 1], arena);
            }
            \(name)_run(again, arena);
            if (memcmp(output, again, sizeof output) != 0) {
                return 1;
            }
            fwrite(output, sizeof output, 1, stdout);
        }
        return 0;
    }

    """
  }

  @Test("compiles without a warning and computes the same bytes", arguments: 0..<6 as Range<UInt64>)
  func sameBytes(group: UInt64) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hpo-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for seed in group * 2..<group * 2 + 2 {
      let (_, integers, samples) = try IntegerNetworkTests.quantized(seed: seed)
      let network = try IntegerNetwork(integers)
      let name = CSource.identifier("net \(seed)")
      try CSource(integers, name: name).text.write(
        to: folder.appending(path: "\(name).h"), atomically: true, encoding: .utf8)
      try Self.program(name).write(to: folder.appending(path: "main.c"), atomically: true, encoding: .utf8)
      let flags = [
        "-std=c99", "-O1", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror", "-o", "main", "main.c", "-lm",
      ]
      let compiled = try run("/usr/bin/env", ["cc"] + flags, in: folder, input: Data())
      #expect(compiled.status == 0, "seed \(seed): \(compiled.errors)")
      let features = samples.features.withUnsafeBytes { Data($0) }
      let bytes = try run(folder.appending(path: "main").path, [], in: folder, input: features).output
      let engine = IntegerEngine(network)
      let standardized = try #require(integers.standardization).applied(to: samples)
      let own = (0..<samples.count).flatMap { engine.run(standardized.subset([$0]).features) }
      #expect(Array(bytes) == own, "seed \(seed)")
    }
  }

  @Test("holds as many bytes of constants as it says")
  func flash() throws {
    for seed in 0..<20 as Range<UInt64> {
      let (_, integers, _) = try IntegerNetworkTests.quantized(seed: seed)
      let text = try CSource(integers, name: "net").text
      // The sizes of all arrays but those of the standardization.
      var bytes = 0
      for match in text.matches(of: /static const (\w+) net_(\w+)\[(\d+)\]/) where !match.2.hasPrefix("feature_") {
        bytes += (Int(match.3) ?? 0) * (match.1 == "uint8_t" ? 1 : 4)
      }
      #expect(try bytes == IntegerNetwork(integers).flashBytes)
      #expect(text.contains("#define NET_FLASH_BYTES \(bytes)\n"))
    }
  }

  @Test("has names that C allows")
  func identifiers() {
    #expect(CSource.identifier("Digits-8x8 é") == "digits_8x8__")
    #expect(CSource.identifier("8bit") == "model_8bit")
    #expect(CSource.identifier("") == "model_")
  }

  /// Names that would end a comment, continue a line or be a trigraph if they were written as they are.
  private static let hostileNames = [
    "\"*\n/ int pwned(void) { return 1; } /*", "*/ int pwned; /*", "*/\u{301} int pwned; /*", "*\r\n/ int pwned; /*",
    "*\u{2028}/ int pwned; //", "??/", "a\\", "/*", "T-shirt, \"top\"", "ÅÉ*\u{0}/int pwned;",
  ]

  @Test("has names from files in comments alone, and no name ends one")
  func hostileNames() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hpo-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let names = Self.hostileNames
    for name in names {
      var graph = Graph()
      let x = try graph.input("features\(name)", shape: [1, 2, 2, names.count])
      let flat = try graph.flatten(x, name: "flat\(name)")
      let bent = try graph.activation(.tanh, flat, name: "bent\(name)")
      let y = try graph.dense(bent, units: names.count, name: "output\(name)")
      let network = try SavedNetwork(graph: graph, output: y)
      let weights = Dictionary(
        uniqueKeysWithValues: network.graph.parameters.map { value in
          let count = network.graph.shape(of: value).count
          return (network.graph[value].name, (0..<count).map { Float($0 % 7) - 3 })
        })
      let shape = [2, 2, names.count]
      let model = try TrainedModel(
        network: network, weights: weights, featureShape: shape,
        featureNames: (0..<4 * names.count).map { "\(name)\($0)" }, target: .classes(names),
        metrics: [name: Metrics([.accuracy: 0.5])], provenance: ["study": name, name: name])
      let samples = try Dataset(
        name: "some", features: (0..<8 * names.count).map(Float.init), featureShape: shape,
        featureNames: model.featureNames, target: .classes(labels: [0, 1], names: names))
      let integers = try PostTrainingQuantization().quantize(model, calibration: samples)
      let text = try CSource(integers, name: name).text
      #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || (" "..."~").contains($0) }, "\(name)")
      let code = text.replacing(/\/\*(?s:.)*?\*\//, with: "")
      #expect(!code.contains("pwned(") && !code.contains("int pwned") && !code.contains("*/"), "\(name)")
      let prefix = CSource.identifier(name)
      try text.write(to: folder.appending(path: "\(prefix).h"), atomically: true, encoding: .utf8)
      try Self.program(prefix).write(to: folder.appending(path: "main.c"), atomically: true, encoding: .utf8)
      let flags = ["-std=c99", "-O1", "-Wall", "-Wextra", "-pedantic", "-Werror", "-o", "main", "main.c", "-lm"]
      let compiled = try run("/usr/bin/env", ["cc"] + flags, in: folder, input: Data())
      #expect(compiled.status == 0, "\(name): \(compiled.errors)")
      let features = samples.features.withUnsafeBytes { Data($0) }
      let bytes = try run(folder.appending(path: "main").path, [], in: folder, input: features).output
      let engine = IntegerEngine(try IntegerNetwork(integers))
      #expect(Array(bytes) == (0..<2).flatMap { engine.run(samples.subset([$0]).features) }, "\(name)")
    }
  }

  @Test("takes what is no number to the lower end, as the engine does")
  func noNumbers() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hpo-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (_, integers, samples) = try IntegerNetworkTests.quantized(seed: 3)
    let features = [Float.nan, .infinity, -.infinity].flatMap { Array(repeating: $0, count: samples.width) }
    try CSource(integers, name: "net").text.write(
      to: folder.appending(path: "net.h"), atomically: true, encoding: .utf8)
    try Self.program("net").write(to: folder.appending(path: "main.c"), atomically: true, encoding: .utf8)
    #expect(
      try run("/usr/bin/env", ["cc", "-std=c99", "-o", "main", "main.c", "-lm"], in: folder, input: Data()).status == 0)
    let bytes = try run(
      folder.appending(path: "main").path, [], in: folder, input: features.withUnsafeBytes { Data($0) }
    ).output
    let engine = IntegerEngine(try IntegerNetwork(integers))
    let own = (0..<3).flatMap { engine.run(features[$0 * samples.width..<($0 + 1) * samples.width]) }
    #expect(Array(bytes) == own)
  }

  private func run(
    _ program: String, _ arguments: [String], in folder: URL, input: Data
  ) throws -> (status: Int32, output: Data, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let inputFile = folder.appending(path: "input")
    let outputFile = folder.appending(path: "output")
    let errorFile = folder.appending(path: "errors")
    try input.write(to: inputFile)
    for file in [outputFile, errorFile] { try Data().write(to: file) }
    process.standardInput = try FileHandle(forReadingFrom: inputFile)
    process.standardOutput = try FileHandle(forWritingTo: outputFile)
    process.standardError = try FileHandle(forWritingTo: errorFile)
    try process.run()
    process.waitUntilExit()
    return (
      process.terminationStatus, try Data(contentsOf: outputFile), try String(contentsOf: errorFile, encoding: .utf8)
    )
  }
}
