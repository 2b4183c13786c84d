import Foundation
import TestSupport
import Testing

@Suite("The file of a result", .on(.commands)) struct OutputPathTests {
  @Test("is never one of those that it is made of, by whatever path")
  func inputs() throws {
    try Command.inFolder { command in
      try command.trainQuick()
      try command.succeed("quantize", "m.hpo", "--config", "quick.yaml", "--output", "q.hpo")
      try command.write("a,b\n1,2\n", to: "samples.csv")
      let link = command.folder.appending(path: "link.hpo")
      try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "m.hpo")
      try FileManager.default.createDirectory(
        at: command.folder.appending(path: "images"), withIntermediateDirectories: false)
      try command.write("four of them", to: "images/t10k-labels-idx1-ubyte.gz")
      try command.write(
        StudyFile.quick.replacing("data: digits", with: "data: {idx: images}"), to: "images.yaml")
      let names = ["m.hpo", "q.hpo", "quick.yaml", "samples.csv", "images/t10k-labels-idx1-ubyte.gz"]
      func contents() throws -> [Data] {
        try names.map { try Data(contentsOf: command.folder.appending(path: $0)) }
      }
      let before = try contents()
      for arguments in [
        ["export", "q.hpo", "--format", "c", "--output", "q.hpo"],
        ["export", "m.hpo", "--format", "onnx", "--output", "./m.hpo"],
        ["quantize", "m.hpo", "--config", "quick.yaml", "--output", "m.hpo"],
        ["quantize", "link.hpo", "--config", "quick.yaml", "--output", "m.hpo"],
        ["quantize", "m.hpo", "--config", "quick.yaml", "--output", "link.hpo"],
        ["quantize", "m.hpo", "--data", "samples.csv", "--output", "samples.csv"],
        ["prune", "m.hpo", "--config", "quick.yaml", "--sparsity", "0.5", "--epochs", "0", "--output", "m.hpo"],
        ["prune", "m.hpo", "--config", "quick.yaml", "--sparsity", "0.5", "--epochs", "0", "--output", "quick.yaml"],
        ["quantize", "m.hpo", "--data", "images", "--output", "images/t10k-labels-idx1-ubyte.gz"],
        ["train", "--config", "images.yaml", "--output", "images/t10k-labels-idx1-ubyte.gz"],
        ["train", "--config", "quick.yaml", "--output", "quick.yaml"],
        ["train", "--config", "quick.yaml", "--from", "m.hpo", "--output", "m.hpo"],
        ["train", "--config", "quick.yaml", "--teacher", "m.hpo", "--output", "link.hpo"],
      ] {
        let run = try command.start("hpo", arguments).wait()
        #expect(run.status == 64 && run.errors.contains("it would be lost"), "\(arguments): \(run.errors)")
        #expect(try contents() == before, "\(arguments)")
      }
      // A file that is there and is none of them is replaced.
      try command.succeed("export", "m.hpo", "--format", "onnx", "--output", "q.hpo")
      let again = try command.hpo("quantize", "q.hpo", "--config", "quick.yaml")
      #expect(again.status != 0)
      let quantized = try command.hpo("quantize", "m.hpo", "--config", "quick.yaml")
      #expect(quantized.status == 0, "\(quantized.errors)")
      let twice = try command.hpo("quantize", "m.int8.hpo", "--config", "quick.yaml")
      #expect(twice.status != 0 && twice.errors.contains("take the one that it was made of, m.hpo"), "\(twice.errors)")
    }
  }
}
