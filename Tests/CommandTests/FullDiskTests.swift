import Foundation
import TestSupport
import Testing

/// A search on a disk that is full, and on one whose folder disappears.
@Suite(.on(.commands)) struct FullDiskTests {
  private static let arguments = ["optimize", "--config", "quick.yaml", "--trials", "400"]

  @Test("a full disk ends a search with what to do, loses nothing, and the search goes on once there is space")
  func fullDisk() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      var finished = 0
      for size in [0, 300_000, 600_000, 1_200_000] {
        let result = try command.start("FaultyHPO", Self.arguments, environment: ["HPO_FAULT": "full:\(size)"]).wait()
        #expect(result.status == 1 && result.output.isEmpty, "\(size): \(result.output)")
        #expect(result.errors.contains("is full; free some space"), "\(size): \(result.errors)")
        guard size > 0 else { continue }
        #expect(try command.succeed("query", "PRAGMA integrity_check").contains("ok"))
        let now = try command.count("SELECT count(*) AS n FROM trials WHERE state IN ('COMPLETE', 'PRUNED', 'FAIL')")
        #expect(now >= finished)
        finished = now
      }
      #expect(finished > 0)
      let total = finished + 5
      try command.succeed("optimize", "--config", "quick.yaml", "--trials", "\(total)")
      #expect(try command.count("SELECT count(*) AS n FROM trials WHERE state IN ('COMPLETE', 'PRUNED')") == total)
    }
  }
}
