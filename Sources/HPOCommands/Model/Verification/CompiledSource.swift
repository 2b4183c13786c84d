import Foundation
import HPO

/// The C source of a model, compiled as a program of its own.
final class CompiledSource {
  private let folder: ScratchFolder
  private let compilation: CCompiler.Outcome

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
            if (fwrite(output, sizeof output, 1, stdout) != 1) {
                return 1;
            }
        }
        return fflush(stdout) == 0 ? 0 : 1;
    }

    """

  /// Writes and compiles the source.
  ///
  /// - Throws: `VerificationError` where nothing can be written.
  init(_ model: TrainedModel, by compiler: CCompiler) throws {
    folder = try ScratchFolder()
    try CCompiler.write(
      Data(CSource(model, name: "hpo_model").text.utf8), to: folder.url.appending(path: "model.h"))
    compilation = try compiler.compile(Self.program, to: "program", in: folder.url)
  }

  /// What became of the source on samples.
  enum Outcome {
    /// The bytes of the outputs, one sample after the other.
    case computed([UInt8])
    /// The source does not compile, or its program fails: how, and what was said of it.
    case failed(String, words: String)
  }

  /// Runs the source on samples.
  func run(_ features: [Float]) throws -> Outcome {
    if let failure = compilation.failure {
      return .failed("does not compile (\(failure))", words: compilation.errors)
    }
    let input = folder.url.appending(path: "input")
    try CCompiler.write(features.withUnsafeBytes { Data($0) }, to: input)
    let run = try CCompiler.run(folder.url.appending(path: "program").path, [], in: folder.url, input: input)
    if let failure = run.failure { return .failed("compiled, fails (\(failure))", words: run.errors) }
    return .computed(Array(run.output))
  }
}
