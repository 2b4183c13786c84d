import Foundation
import OrderedCollections
import Programs
import SearchSpace
import StudyEngine
import TestSupport
import Testing
import Trials

@Suite("Objectives that are commands", .timeLimit(.minutes(20)), .on(.programs)) struct CommandTests {
  @Test("a command gets the trial by arguments and environment, and gives a result with attributes and constraints")
  func result() async throws {
    try await ProgramStudy.with { shell in
      let script = """
        printf '%s' "$HPO_PARAMS" > params
        echo "hello from $HPO_TRIAL of $HPO_STUDY with {act}" >&2
        test -d "$HPO_TRIAL_DIR" || exit 9
        cat
        echo '{"value": {x}, "constraints": {"size": -1.5}, "attributes": {"seed": '$HPO_SEED', "act": "{act}"}}'
        """
      let trial = try #require(try await shell.run(shell.shell(script)).first)
      #expect(trial.state == .complete, "\(trial.failure ?? "")")
      let x = try #require(trial.externalParameters["x"]?.doubleValue)
      #expect(trial.value == x)
      #expect(trial.constraints == ["size": -1.5])
      let seed = try #require(trial.userAttributes["seed"]?.intValue)
      #expect((0...0x7FFF_FFFF).contains(seed))
      let parameters = try JSONValue(parsing: shell.text("params"))
      #expect(parameters["x"] == .double(x) && parameters["act"] == trial.userAttributes["act"])
      #expect(try shell.log(trial).hasPrefix("hello from 0 of shell with "))
      // Nothing was left in the folder of the trial.
      #expect(!FileManager.default.fileExists(atPath: shell.folder.appendingPathComponent("study.trials").path))
    }
  }

  @Test("reports arrive while the command runs, and pruning ends it with all its processes")
  func pruning() async throws {
    try await ProgramStudy.with(pruner: EveryPruner()) { shell in
      let script = """
        sleep 1000 & echo $! > child
        echo $$ > parent
        echo '{"step": 4, "value": 0.5}'
        wait
        """
      let trial = try #require(try await shell.run(shell.shell(script)).first)
      #expect(trial.state == .pruned && trial.value == 0.5)
      #expect(trial.intermediateValues == [.init(step: 4, value: 0.5)])
      for name in ["child", "parent"] { try awaitEnd(of: shell.process(name)) }
    }
  }

  @Test("a command that takes too long fails, also one that does not listen to SIGTERM")
  func timeLimit() async throws {
    try await ProgramStudy.with { shell in
      let script = """
        trap '' TERM
        echo $$ > process
        echo "nearly there"
        while :; do sleep 0.02; done
        """
      let limits = Program.Limits(time: .milliseconds(300), grace: .milliseconds(200))
      let trial = try #require(try await shell.run(shell.shell(script, limits: limits)).first)
      #expect(trial.state == .failed)
      #expect(
        trial.failure
          == "the program took longer than its limit of 0.3s, so hpo ended it; its last lines:\nnearly there")
      try awaitEnd(of: shell.process("process"))
    }
  }

  @Test("SIGTERM comes first, so that a command can tidy up, and what it prints then belongs to the log")
  func grace() async throws {
    try await ProgramStudy.with(pruner: EveryPruner()) { shell in
      let script = """
        trap 'echo tidied; echo done > tidied; exit 0' TERM
        echo '{"step": 0, "value": 1}'
        while :; do sleep 0.01; done
        """
      let trial = try #require(try await shell.run(shell.shell(script)).first)
      #expect(trial.state == .pruned)
      #expect(try shell.text("tidied") == "done\n")
      #expect(try shell.log(trial).contains("tidied\n"))
    }
  }

  @Test("a command whose processes together use too much memory fails and says so")
  func memoryLimit() async throws {
    try await ProgramStudy.with { shell in
      // The last line of what has no line feed is all of it.
      let script = "(head -c 200000000 /dev/zero; sleep 1000) | tail -n 1 > /dev/null"
      let limits = Program.Limits(memory: 100 << 20)
      let trial = try #require(try await shell.run(shell.shell(script, limits: limits)).first)
      #expect(trial.state == .failed)
      #expect(trial.failure?.contains("of memory, above its limit of 100M") == true, "\(trial.failure ?? "")")
    }
  }

  @Test("what a command leaves running is ended with it, and does not keep the trial waiting")
  func leftovers() async throws {
    try await ProgramStudy.with { shell in
      let script = "sleep 1000 & echo $! > child; echo '{\"value\": 1}'"
      let trial = try #require(try await shell.run(shell.shell(script)).first)
      #expect(trial.value == 1)
      try awaitEnd(of: shell.process("child"))
    }
  }

  @Test("what a command leaves running in a process group of its own is ended as well, also where it ignores SIGTERM")
  func otherGroups() async throws {
    try await ProgramStudy.with { shell in
      let script = """
        set -m
        sleep 1000 & echo $! > child
        (trap '' TERM; echo ready > ready; while :; do sleep 0.05; done) & echo $! > stubborn
        while ! test -s ready; do sleep 0.01; done
        echo '{"value": 1}'
        """
      let program = Program(
        ["bash", "-c", script], folder: shell.folder.path, limits: .init(time: .seconds(60), grace: .milliseconds(100)))
      let trial = try #require(try await shell.run(program).first)
      #expect(trial.value == 1)
      let processes = try ["child", "stubborn"].map(shell.process)
      #expect(!processes.contains(where: isRunning), "they have ended before the trial does")
      for process in processes { kill(process, SIGKILL) }
    }
  }

  @Test("a hundred megabytes without a line feed, binary data and broken messages do no harm")
  func garbage() async throws {
    try await ProgramStudy.with { shell in
      let script = """
        printf '\\000\\377\\376{"value": 3}\\n{"value": 3'
        echo
        echo '{"value": "high"}'
        head -c 100000000 /dev/zero | tr '\\0' '{'
        echo
        printf '  {"value": 2}'
        """
      let trial = try #require(try await shell.run(shell.shell(script)).first)
      #expect(trial.value == 2, "\(trial.failure ?? "")")
      let log = try shell.log(trial)
      #expect(log.utf8.count < 80_000)
      #expect(log.contains("[hpo] no result: its value is \"high\", not a number"))
    }
  }

  @Test("the last result counts, and a result without its end of line as well")
  func lastResult() async throws {
    try await ProgramStudy.with { shell in
      let trial = try #require(
        try await shell.run(shell.shell("echo '{\"value\": 1}'; printf '{\"value\": 2}'")).first)
      #expect(trial.value == 2)
    }
  }

  @Test("a command may close its output early; the trial ends with the command")
  func closedOutput() async throws {
    try await ProgramStudy.with { shell in
      let script = "echo '{\"value\": 1}'; exec >&- 2>&-; sleep 0.2; echo late > file"
      let trial = try #require(try await shell.run(shell.shell(script)).first)
      #expect(trial.value == 1)
      #expect(try shell.text("file") == "late\n")
    }
  }

  @Test(
    "a command that fails says why by its last lines",
    arguments: [
      ("echo '{\"value\": 1}'; echo oops >&2; exit 3", "the command exited with status 3; its last lines:\noops"),
      ("kill -SEGV $$", "the command was killed by SIGSEGV"),
      ("echo value is 3", "the command gave no result, such as {\"value\": 0.5}; its last lines:\nvalue is 3"),
      ("echo '{\"values\": [1, 2]}'", "the objective returned 2 values, the study has 1 objectives"),
      ("echo '{\"value\": NaN}'", "the value is NaN"),
      (
        "echo '{\"value\": 1, \"attributes\": {\"x\": \"'$(head -c 1200000 /dev/zero | tr '\\0' z)'\"}}'",
        "the command gave \(ProgramMessage.overlong)"
      ),
      ("echo '{\"value\": 1, \"constraints\": {\"c\": NaN}}'", "the constraint 'c' is NaN"),
    ])
  func failures(_ script: String, _ reason: String) async throws {
    try await ProgramStudy.with { shell in
      let trial = try #require(try await shell.run(shell.shell(script)).first)
      #expect(trial.state == .failed && trial.values.isEmpty)
      #expect(trial.failure == reason)
    }
  }

  @Test("several objectives have a value each, and reports of the first")
  func severalObjectives() async throws {
    try await ProgramStudy.with(directions: [.minimize, .maximize]) { shell in
      let trials = try await shell.run(shell.shell("echo '{\"values\": [1, {x}]}'"), trials: 2)
      #expect(trials.allSatisfy { $0.state == .complete && $0.values.count == 2 })
      let script = "echo '{\"step\": 1, \"value\": 1}'; echo '{\"values\": [1, {x}]}'"
      let last = try #require(try await shell.run(shell.shell(script), trials: 3).last)
      #expect(last.state == .complete && last.intermediateValues == [.init(step: 1, value: 1)])
    }
  }

  @Test("a program that is not there ends the run before its first trial")
  func missing() async throws {
    try await ProgramStudy.with { shell in
      let error = await #expect(throws: ProgramError.self) { try await shell.run(Program(["no-such-program-here"])) }
      #expect(error?.code == .notFound)
      try "echo".write(to: shell.folder.appendingPathComponent("plain"), atomically: true, encoding: .utf8)
      let other = await #expect(throws: ProgramError.self) {
        try await shell.run(Program(["./plain"], folder: shell.folder.path))
      }
      #expect(other?.code == .notExecutable && other?.message.contains("chmod +x") == true)
      let folder = await #expect(throws: ProgramError.self) {
        try await shell.run(Program(["true"], folder: "/no/such/folder"))
      }
      #expect(folder?.code == .notFound)
      #expect(try shell.study.trials.allSatisfy { $0.state == .waiting })
    }
  }

  @Test("a command that fails from the first trial on without a word ends the run")
  func broken() async throws {
    try await ProgramStudy.with { shell in
      let error = await #expect(throws: ProgramError.self) {
        try await shell.run(shell.shell("echo no such file >&2; exit 2"), trials: 100)
      }
      #expect(error?.code == .broken)
      #expect(error?.message.contains("the command exited with status 2; its last lines:\nno such file") == true)
      let states = try shell.study.trials.map(\.state)
      #expect(states == [.failed, .failed, .failed, .failed, .waiting])
    }
  }

  @Test("one that gave a result once goes on failing for its own reasons")
  func notBroken() async throws {
    try await ProgramStudy.with { shell in
      let script = "test $HPO_TRIAL -gt 0 && exit 1; echo '{\"value\": 1}'"
      let trials = try await shell.run(shell.shell(script), trials: 12)
      #expect(trials.map(\.state) == [.complete] + Array(repeating: .failed, count: 11))
    }
  }

  @Test("a trial never finds the files of another one, and finds its own when it runs again")
  func foreignFiles() async throws {
    try await ProgramStudy.with { shell in
      // What the trials of a database that is gone have left.
      let left = shell.folder.appendingPathComponent("study.trials/\(shell.study.id)-shell")
      for number in 0...1 {
        let folder = left.appendingPathComponent("\(number)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("another's\n".utf8).write(to: folder.appendingPathComponent("kept"))
      }
      let outside = shell.folder.appendingPathComponent("outside")
      try FileManager.default.createDirectory(at: outside, withIntermediateDirectories: false)
      try FileManager.default.createSymbolicLink(at: left.appendingPathComponent("1-2"), withDestinationURL: outside)
      let script = """
        cat "$HPO_TRIAL_DIR/kept" 2> /dev/null && echo '{"value": 1}' && exit
        echo "its own" > "$HPO_TRIAL_DIR/kept"
        test $HPO_TRIAL = 0 || { echo '{"value": 2}'; exit; }
        echo ready > ready
        sleep 1000
        """
      let stop = StopSource()
      Thread.detachNewThread {
        shell.awaitFile("ready")
        stop.stop(.atNextReport)
      }
      try await shell.run(shell.shell(script), stop: stop)
      let trials = try await shell.run(shell.shell(script), trials: 2)
      #expect(trials.map(\.value) == [1, 2])
      #expect(try shell.log(trials[0]) == "its own\n")
      let path = left.appendingPathComponent("1-3").path
      #expect(try shell.log(trials[1]).contains("[hpo] the folder of this trial is '\(path)'"))
      let names = try FileManager.default.contentsOfDirectory(atPath: left.path).sorted()
      #expect(names == ["0", "0-2", "1", "1-2", "1-3"])
      #expect(try shell.text("study.trials/\(shell.study.id)-shell/0/kept") == "another's\n")
      #expect(try FileManager.default.contentsOfDirectory(atPath: outside.path).isEmpty)
    }
  }

  @Test("an interruption ends the command at once, and the trial runs again with its parameters")
  func interruption() async throws {
    try await ProgramStudy.with { shell in
      let script = """
        echo $$ > process
        cat "$HPO_TRIAL_DIR/kept" 2> /dev/null && echo '{"value": {x}}' && exit
        echo "from the first time" > "$HPO_TRIAL_DIR/kept"
        echo ready > ready
        sleep 1000
        """
      let stop = StopSource()
      Thread.detachNewThread {
        shell.awaitFile("ready")
        stop.stop(.atNextReport)
      }
      let waiting = try #require(try await shell.run(shell.shell(script), stop: stop).first)
      #expect(waiting.state == .waiting)
      #expect(try !isRunning(shell.process("process")))
      #expect(try shell.log(waiting) == "")
      let trial = try #require(try await shell.run(shell.shell(script)).first)
      #expect(trial.state == .complete && trial.number == 0)
      // The folder of the trial kept what was in it.
      #expect(try shell.log(trial) == "from the first time\n")
      let x = try #require(trial.value)
      #expect(waiting.externalParameters["x"] == .double(x))
    }
  }
}
