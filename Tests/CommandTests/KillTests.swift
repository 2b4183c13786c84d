import Foundation
import Samplers
import TestSupport
import Testing

/// A search of the digits that is ended again and again, in every way in which a process can end, and compared with one that
/// never was. `HPO_KILLS` says how often, `Tests/kill-500` runs the whole.
@Suite(.on(.commands)) struct KillTests {
  /// Trials of a few dozen steps, most of which commit a checkpoint; some are pruned.
  private static let study = """
    study: killed
    direction: maximize
    objective:
      data: digits
      network: mlp
      epochs: 4
      weightAveraging: 0.9
      metric: accuracy
    space:
      learningRate: {float: 1e-4..1e-1, log: true}
      batchSize: {choice: [64, 128]}
      units: {int: 4..16, log: true}
      dropout: {float: 0..0.4}
      optimizer: {choice: [sgd, momentum, adam]}
    sampler: {name: tpe, seed: 7, startupTrials: 5}
    pruner: {name: median, startupTrials: 3}
    """
  /// The same with each trial trained on three folds, of which each takes more commits than there are between two ends.
  private static let folded = study.replacing("data: digits", with: "data: digits\n  split: {folds: 3, test: 0.2}")
    .replacing("epochs: 4", with: "epochs: 2")
  private static let total = 16
  private static let arguments = [
    "optimize", "--config", "killed.yaml", "--trials", "\(total)", "--checkpoint-every", "0s",
  ]
  private static let kills = ProcessInfo.processInfo.environment["HPO_KILLS"].flatMap(Int.init) ?? 60

  /// Every row that must not depend on when a process ended: all but times and the rows' own identifiers.
  private func rows(_ command: Command) throws -> String {
    let queries = [
      "SELECT number, state FROM trials ORDER BY number",
      """
      SELECT number, rank() OVER (PARTITION BY trial_id ORDER BY param_id) AS place, param_name, param_value,
        distribution_json FROM trials JOIN trial_params USING (trial_id) ORDER BY 1, 2
      """,
      "SELECT number, objective, value, value_type FROM trials JOIN trial_values USING (trial_id) ORDER BY 1, 2",
      """
      SELECT number, rank() OVER (PARTITION BY trial_id ORDER BY trial_intermediate_value_id) AS place, step,
        intermediate_value, intermediate_value_type
      FROM trials JOIN trial_intermediate_values USING (trial_id) ORDER BY 1, 2
      """,
      "SELECT number, key, value_json FROM trials JOIN trial_user_attributes USING (trial_id) ORDER BY 1, 2",
      "SELECT number, key, value_json FROM trials JOIN trial_system_attributes USING (trial_id) ORDER BY 1, 2",
      """
      SELECT (SELECT count(*) FROM hpo_trial_owners), (SELECT count(*) FROM hpo_checkpoints),
        (SELECT count(*) FROM trial_heartbeats)
      """,
    ]
    return try queries.map { try command.succeed("query", "--format", "csv", $0) }.joined(separator: "\n")
  }

  /// Ends searches as `fault` says, by the environment of the program or by itself, until there were so many ends; each
  /// search goes on until it is whole, then the next begins.
  ///
  /// - Parameters:
  ///   - kills: How many ends there are to be.
  ///   - study: The study file.
  ///   - options: Further options of the search.
  ///   - whole: Those of the search that is never ended, in their place.
  ///   - fault: What ends a process.
  private func expectEquality(
    kills: Int, study: String = study, options: [String] = [], whole: [String] = [],
    _ fault: (inout DrawGenerator, Int) -> (fault: String?, life: UInt32?)
  ) throws {
    let expected = try Command.inFolder { command in
      try command.write(study, to: "killed.yaml")
      #expect(try command.start("hpo", Self.arguments + whole).wait().status == 0)
      return try rows(command)
    }
    #expect(expected.contains("PRUNED") && expected.contains("COMPLETE"))
    var generator = Draw(seed: UInt64(kills), number: 0).generator(for: "kills")
    var (count, studies) = (0, 0)
    while count < kills {
      try Command.inFolder { command in
        try command.write(study, to: "killed.yaml")
        var finished = 0
        while true {
          let (fault, usual) = count < kills ? fault(&generator, count) : (nil, nil)
          let life = try usual.map { try command.life(usual: $0) }
          let run = try command.start("FaultyHPO", Self.arguments + options, environment: ["HPO_FAULT": fault ?? ""])
          if let life {
            usleep(life)
            run.send(SIGKILL)
          }
          let result = try run.wait()
          if result.status == 0 { break }
          try #require(result.status == -SIGKILL, "\(fault ?? "") \(result.errors)\(result.output)")
          count += 1
          guard FileManager.default.fileExists(atPath: command.folder.appendingPathComponent("hpo.db").path) else {
            continue
          }
          // What the next process will see, with nothing repaired before.
          let tables = try command.hpo(
            "query", "--format", "csv", "SELECT count(*) AS n FROM sqlite_master WHERE name = 'hpo_version'")
          if tables.status != 0 {
            // Before the first transaction there is a file without a page of a database in it, or with a first page that
            // no transaction has committed. What had finished trials must be readable.
            try #require(finished == 0, "\(fault ?? ""): \(tables.errors)")
            let integrity = try command.hpo("query", "PRAGMA integrity_check")
            #expect(integrity.status != 0 || integrity.output.contains("ok"), "\(fault ?? "")")
            continue
          }
          if tables.output != "n\r\n1\r\n" {
            #expect(finished == 0 && tables.output == "n\r\n0\r\n", "\(fault ?? ""): \(tables.output)")
            continue
          }
          let now = try command.count("SELECT count(*) FROM trials WHERE state IN ('COMPLETE', 'PRUNED', 'FAIL')")
          #expect(now >= finished, "\(fault ?? "")")
          finished = now
          let integrity = try command.succeed("query", "PRAGMA integrity_check")
          #expect(integrity.contains("ok"), "\(fault ?? ""): \(integrity)")
        }
        studies += 1
        #expect(try rows(command) == expected, "after \(count) ends, study \(studies)")
      }
    }
    print("\(count) ends over \(studies) studies, all equal to the uninterrupted one")
  }

  @Test("a search that is killed before and after each commit ends like one that never was")
  func everyCommit() throws {
    try expectEquality(kills: Self.kills / 2) { generator, count in
      // The first commits one by one, then ever longer runs.
      let commit = count < 80 ? 1 + count / 2 : 1 + generator.uniform(below: 150)
      return ("commit:\(commit):\(count.isMultiple(of: 2) ? "before" : "after")", nil)
    }
  }

  @Test("a search that is killed at any write, truncation or synchronization of its files ends like one that never was")
  func everyOperation() throws {
    try expectEquality(kills: Self.kills / 4) { generator, count in
      ("operation:\(count < 60 ? 1 + count : 1 + generator.uniform(below: 2000))", nil)
    }
  }

  @Test("a search that is killed at any moment ends like one that never was")
  func anyMoment() throws {
    try expectEquality(kills: Self.kills / 4) { generator, _ in (nil, UInt32(5000 + generator.uniform(below: 150_000)))
    }
  }

  @Test(
    "a search whose computer loses power at any moment ends like one that never was, and keeps every finished trial")
  func powerLoss() throws {
    // Nothing of a trial is on the disk for sure before it ends, which takes up to 2,000 operations.
    try expectEquality(kills: Self.kills / 4) { generator, count in
      ("power:\(count < 60 ? 5 + count : 5 + generator.uniform(below: 6000)):\(generator.next())", nil)
    }
  }

  @Test(
    "a power loss takes no report from a running trial that was brought to the disk", arguments: [240, 270, 300, 330])
  func reportsOnDisk(operation: Int) throws {
    try Command.inFolder { command in
      // Notes each report whose answer it has got, by which time the report is on the disk.
      try command.write(
        """
        read -r trial
        i=0
        while [ $i -lt 60 ]; do
          i=$((i + 1))
          echo '{"type": "report", "step": '$i', "value": 1}'
          read -r answer || exit
          echo $i > next && mv next acknowledged
        done
        echo '{"type": "result", "value": 1}'
        read -r end
        """, to: "worker.sh")
      let lost = try command.start(
        "FaultyHPO",
        [
          "optimize", "--study", "s", "--trials", "1", "--checkpoint-every", "0s", "--worker", "--float", "x=0..1",
          "--",
          "sh", "worker.sh",
        ], environment: ["HPO_FAULT": "power:\(operation):7"]
      ).wait()
      try #require(lost.status == -SIGKILL, "\(lost.errors)")
      let text = try String(contentsOf: command.folder.appendingPathComponent("acknowledged"), encoding: .utf8)
      let acknowledged = try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
      #expect(acknowledged > 2)
      let kept = try command.count("SELECT count(*) FROM trial_intermediate_values")
      #expect(kept >= acknowledged && kept <= acknowledged + 1)
    }
  }

  @Test("a power loss takes no trial whose end was told", arguments: [240, 300, 370, 440, 510, 580])
  func endsOnDisk(operation: Int) throws {
    try Command.inFolder { command in
      // Notes how many trials it has got, by which time all but the last have ended and are on the disk.
      try command.write(
        """
        trials=0
        while read -r trial; do
          trials=$((trials + 1))
          echo $trials > next && mv next begun
          echo '{"type": "result", "value": '$trials'}'
        done
        """, to: "worker.sh")
      let lost = try command.start(
        "FaultyHPO",
        [
          "optimize", "--study", "s", "--trials", "100", "--verbose", "--worker", "--float", "x=0..1", "--", "sh",
          "worker.sh",
        ], environment: ["HPO_FAULT": "power:\(operation):\(operation)"]
      ).wait()
      try #require(lost.status == -SIGKILL, "\(lost.errors)")
      let text = try String(contentsOf: command.folder.appendingPathComponent("begun"), encoding: .utf8)
      let begun = try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
      #expect(begun > 2)
      let finished = try command.count("SELECT count(*) FROM trials WHERE state = 'COMPLETE'")
      #expect(finished >= begun - 1 && finished <= begun, "\(finished) of \(begun)")
      let told = lost.errors.split(whereSeparator: \.isNewline).count { $0.contains("complete") }
      #expect(finished >= told, "\(lost.errors)")
    }
  }

  @Test("a deterministic search of two jobs that is killed at any commit or moment ends like one of a single job")
  func deterministic() throws {
    let options = ["--deterministic", "--window", "2", "--jobs"]
    try expectEquality(kills: Self.kills / 4, options: options + ["2"], whole: options + ["1"]) { generator, count in
      guard count.isMultiple(of: 2) else { return (nil, UInt32(5000 + generator.uniform(below: 150_000))) }
      return ("commit:\(1 + generator.uniform(below: 150)):\(count.isMultiple(of: 4) ? "before" : "after")", nil)
    }
  }

  @Test("a trial of several folds goes on in the fold that it was in, however short its processes live")
  func folds() throws {
    // A trial that began its folds again would never end one, and fail after ten ends.
    try expectEquality(kills: max(40, Self.kills / 8), study: Self.folded) { generator, _ in
      ("commit:\(9 + generator.uniform(below: 6)):after", nil)
    }
  }
}
