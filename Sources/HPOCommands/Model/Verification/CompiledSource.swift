import Foundation
import HPO

/// The C source of a model, compiled as a program of its own.
final class CompiledSource {
  /// What the compiler said.
  private(set) var messages = ""
  private let folder: URL
  private var isCompiled = false

  private static let program = """
    #define HPO_MODEL_IMPLEMENTATION
    #include "model.h"
    #include <stdio.h>

    int main(void)
    {
        static float features[HPO_MODEL_INPUT_COUNT];
        static uint8_t output[HPO_MODEL_OUTPUT_COUNT];
        static uint8_t arena[HPO_MODEL_ARENA_BYTES];
        while (fread(features, sizeof features, 1, stdin) == 1) {
            hpo_model_infer(features, output, arena);
            fwrite(output, sizeof output, 1, stdout);
        }
        return 0;
    }

    """

  /// Writes and compiles the source; nil where there is no compiler.
  init?(_ model: TrainedModel) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "hpo-verify-\(UUID().uuidString)")
    guard Self.run("/usr/bin/env", ["cc", "--version"], in: nil)?.status == 0 else { return nil }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try CSource(model, name: "hpo_model").text.write(
      to: folder.appending(path: "model.h"), atomically: true, encoding: .utf8)
    try Self.program.write(to: folder.appending(path: "main.c"), atomically: true, encoding: .utf8)
    let flags = "-std=c99 -O2 -Wall -Wextra -Wconversion -pedantic -Werror -o program main.c -lm"
    let result = Self.run("/usr/bin/env", ["cc"] + flags.split(separator: " ").map(String.init), in: folder)
    isCompiled = result?.status == 0
    messages = result?.errors ?? ""
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The bytes of the outputs of samples, one after the other; nil where the source did not compile or run.
  func run(_ features: [Float]) throws -> [UInt8]? {
    guard isCompiled else { return nil }
    try features.withUnsafeBytes { try Data($0).write(to: folder.appending(path: "input")) }
    let result = Self.run(folder.appending(path: "program").path, [], in: folder)
    return result?.status == 0 ? result.map { Array($0.output) } : nil
  }

  private static func run(
    _ program: String, _ arguments: [String], in folder: URL?
  ) -> (status: Int32, output: Data, errors: String)? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    let place = folder ?? FileManager.default.temporaryDirectory
    let (input, output, errors) = (
      place.appending(path: "input"), place.appending(path: "hpo-\(UUID().uuidString).out"),
      place.appending(path: "hpo-\(UUID().uuidString).err")
    )
    defer { for file in [output, errors] { try? FileManager.default.removeItem(at: file) } }
    do {
      for file in [output, errors] { try Data().write(to: file) }
      if let folder {
        process.currentDirectoryURL = folder
        if FileManager.default.fileExists(atPath: input.path) {
          process.standardInput = try FileHandle(forReadingFrom: input)
        }
      }
      process.standardOutput = try FileHandle(forWritingTo: output)
      process.standardError = try FileHandle(forWritingTo: errors)
      try process.run()
      process.waitUntilExit()
      return (
        process.terminationStatus, try Data(contentsOf: output), try String(contentsOf: errors, encoding: .utf8)
      )
    } catch {
      return nil
    }
  }
}
