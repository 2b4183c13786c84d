import Compression
import Foundation
import TestSupport
import Testing
import Training

@Suite("A header in C99", .on(.commands))
struct CSourceTests {
  /// A program that includes two headers, reads samples from its input and writes the bytes of their outputs.
  private static func program(_ name: String) -> String {
    """
    #define \(name.uppercased())_IMPLEMENTATION
    #include "\(name).h"
    #include <stdio.h>

    int main(void)
    {
        static float features[\(name.uppercased())_INPUT_COUNT];
        static uint8_t output[\(name.uppercased())_OUTPUT_COUNT];
        static uint8_t arena[\(name.uppercased())_ARENA_BYTES];
        while (fread(features, sizeof features, 1, stdin) == 1) {
            \(name)_infer(features, output, arena);
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
