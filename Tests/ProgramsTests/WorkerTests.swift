import Foundation
import OrderedCollections
import Programs
import SearchSpace
import StudyEngine
import Synchronization
import TestSupport
import Testing
import Trials

@Suite("Objectives that are workers", .timeLimit(.minutes(20)), .on(.programs)) struct WorkerTests {
  /// A worker whose answer to a trial is a line of the shell; `$n` is the trial's number.
  private func worker(_ answer: String, stop: String = "exit 0", start: String = ":") -> String {
    """
    \(start)
    while read -r line; do
      case $line in
        *'"type": "stop"'*) \(stop) ;;
        *'"type": "trial"'*)
          n=${line#*'"number": '}; n=${n%%,*}
          \(answer) ;;
        *) echo "got $line" >&2 ;;
      esac
    done
    """
  }

  private let result = "echo '{\"type\": \"result\", \"value\": '$n', \"attributes\": {\"pid\": '$$'}}'"

  @Test("a job has one worker for all its trials, which is told to stop at the end")
  func lifetime() async throws {
    try await ProgramStudy.with { shell in
      let program = shell.shell(worker(result, stop: "echo stopped >> stopped; exit 0"), kind: .worker)
      let trials = try await shell.run(program, trials: 20, jobs: 2)
      #expect(trials.map(\.value) == (0..<20).map(Double.init))
      let processes = Set(trials.compactMap { $0.userAttributes["pid"]?.intValue })
      #expect((1...2).contains(processes.count))
      #expect(try shell.text("stopped").split(separator: "\n").count == processes.count)
      for process in processes { #expect(!isRunning(pid_t(process))) }
    }
  }

  @Test("a worker is told the trial, and whether it goes on after each report")
  func conversation() async throws {
    try await ProgramStudy.with { shell in
      let answer = """
        echo "$line" > trial
        echo '{"type": "report", "step": 1, "value": 0.5}'; read -r reply; echo "$reply" > reply
        echo '{"type": "report", "step": 1, "value": 0.7}'; read -r reply
        echo '{"type": "result", "value": 2, "constraints": {"c": 0.5}}'
        """
      let trial = try #require(try await shell.run(shell.shell(worker(answer), kind: .worker)).first)
      #expect(trial.value == 2 && trial.constraints == ["c": 0.5])
      #expect(trial.intermediateValues == [.init(step: 1, value: 0.5)])
      #expect(try shell.log(trial) == "[hpo] a second report of step 1, which does not count: the first one stays\n")
      #expect(try shell.text("reply") == "{\"type\": \"continue\"}\n")
      let message = try JSONValue(parsing: shell.text("trial"))
      #expect(message["type"] == "trial" && message["number"] == 0 && message["seed"]?.intValue != nil)
      #expect(message["params"]?["x"]?.doubleValue == trial.externalParameters["x"]?.doubleValue)
    }
  }

  @Test("a worker that is told to prune says so, and gets the next trial")
  func pruning() async throws {
    try await ProgramStudy.with(pruner: EveryPruner()) { shell in
      let answer = """
        echo '{"type": "report", "step": 3, "value": 0.25}'; read -r reply
        case $reply in *prune*) echo '{"type": "pruned"}' ;; *) exit 9 ;; esac
        """
      let trials = try await shell.run(shell.shell(worker(answer), kind: .worker), trials: 3)
      #expect(trials.map(\.state) == [.pruned, .pruned, .pruned])
      #expect(trials.map(\.value) == [0.25, 0.25, 0.25])
    }
  }

  @Test("a worker that ends after each result is replaced, and no trial fails for it")
  func onceOnly() async throws {
    try await ProgramStudy.with { shell in
      let trials = try await shell.run(shell.shell(worker("\(result); exit 0"), kind: .worker), trials: 20, jobs: 2)
      #expect(trials.map(\.state) == Array(repeating: .complete, count: 20), "\(trials.compactMap(\.failure))")
      #expect(Set(trials.compactMap { $0.userAttributes["pid"]?.intValue }).count == 20)
    }
  }

  @Test("a trial under which a worker ends without a word is given to a fresh one, once")
  func handedOn() async throws {
    try await ProgramStudy.with { shell in
      // The second trial ends whoever has worked before.
      let answer =
        "if test $n = 1 && test -e worked-$$; then echo 'too much' >&2; exit 7; fi; touch worked-$$; \(result)"
      let trials = try await shell.run(shell.shell(worker(answer), kind: .worker), trials: 3)
      #expect(trials.map(\.state) == [.complete, .complete, .complete])
      #expect(trials[0].userAttributes["pid"] != trials[1].userAttributes["pid"])
      let log = try shell.log(trials[1])
      #expect(log.hasPrefix("too much\n[hpo] the worker exited with status 7 after another trial"), "\(log)")
    }
  }

  @Test("a worker that dies fails its trial, with its last lines, and another one takes the next")
  func death() async throws {
    try await ProgramStudy.with { shell in
      let answer = "if test $n = 1; then echo 'out of luck' >&2; exit 7; fi; \(result)"
      let trials = try await shell.run(shell.shell(worker(answer), kind: .worker), trials: 4)
      #expect(trials.map(\.state) == [.complete, .failed, .complete, .complete])
      let failure = try #require(trials[1].failure)
      #expect(failure.hasPrefix("the worker exited with status 7; its last lines:\nout of luck\n[hpo] "))
      #expect(failure.hasSuffix("\nout of luck") && failure.split(separator: "\n").count == 4, "\(failure)")
      #expect(trials[0].userAttributes["pid"] != trials[2].userAttributes["pid"])
      #expect(trials[2].userAttributes["pid"] == trials[3].userAttributes["pid"])
    }
  }

  @Test("a worker that dies at once every time ends the run")
  func broken() async throws {
    try await ProgramStudy.with { shell in
      let error = await #expect(throws: ProgramError.self) {
        try await shell.run(shell.shell("echo no module named torch >&2; exit 1", kind: .worker), trials: 200, jobs: 2)
      }
      #expect(error?.code == .broken && error?.message.contains("no module named torch") == true)
      let trials = try shell.study.trials
      #expect(trials.count < 10)
      #expect(trials.allSatisfy { $0.state == .failed || $0.state == .waiting })
    }
  }

  @Test("a worker that hangs is ended by the time limit, and another one takes the next trial")
  func hanging() async throws {
    try await ProgramStudy.with { shell in
      let answer = "if test $n = 0; then echo $$ > hung; sleep 1000; fi; \(result)"
      let limits = Program.Limits(time: .milliseconds(400), grace: .milliseconds(200))
      let trials = try await shell.run(shell.shell(worker(answer), kind: .worker, limits: limits), trials: 2)
      #expect(trials.map(\.state) == [.failed, .complete])
      #expect(trials[0].failure?.hasPrefix("the program took longer than its limit of 0.4s") == true)
      try awaitEnd(of: shell.process("hung"))
    }
  }

  @Test("an answer out of turn belongs to no trial")
  func outOfTurn() async throws {
    try await ProgramStudy.with { shell in
      // Both lines in one write, so that the second one is there before the next trial.
      let answer = """
        printf '{"type": "result", "value": %s}\\n{"type": "result", "value": 100}\\n' $n
        """
      let trials = try await shell.run(shell.shell(worker(answer), kind: .worker), trials: 3)
      #expect(trials.map(\.value) == [0, 1, 2])
      #expect(try shell.log(trials[1]).contains("[hpo] a message out of turn: the worker had no trial"))
    }
  }

  @Test("what is no message is logged, and a message for another trial is no answer")
  func noise() async throws {
    try await ProgramStudy.with { shell in
      let answer = """
        echo "loading"; echo '{"loss": 3}'
        echo '{"type": "result", "value": 5, "number": 77}'
        echo '{"type": "resutl", "value": 5}'
        echo '{"type": "result", "value": 6, "number": '$n'}'
        """
      let trial = try #require(try await shell.run(shell.shell(worker(answer), kind: .worker)).first)
      #expect(trial.value == 6)
      let log = try shell.log(trial)
      #expect(log.hasPrefix("loading\n{\"loss\": 3}\n"))
      #expect(log.contains("did you mean 'result'?") && log.contains("for trial 77"))
    }
  }

  @Test("a worker may fail a trial by itself, and a result that is none fails it as well")
  func failing() async throws {
    try await ProgramStudy.with { shell in
      let answer = """
        if test $n = 0; then echo '{"type": "failed", "message": "no data"}'
        else echo '{"type": "result", "value": "x"}'; fi
        """
      let trials = try await shell.run(shell.shell(worker(answer), kind: .worker), trials: 2)
      #expect(trials[0].failure == "no data")
      #expect(trials[1].failure?.hasPrefix("the worker gave no result: its value is \"x\", not a number") == true)
    }
  }

  @Test(
    "a result that is too long for a message fails its trial and names the limit, and the worker gets the next trial")
  func overlong() async throws {
    try await ProgramStudy.with { shell in
      let answer = """
        if [ $n = 0 ]; then
          echo '{"type": "result", "value": 1, "attributes": {"x": "'$(head -c 1200000 /dev/zero | tr '\\0' z)'"}}'
        else \(result); fi
        """
      let trials = try await shell.run(shell.shell(worker(answer), kind: .worker), trials: 3)
      #expect(trials.map(\.state) == [.failed, .complete, .complete])
      #expect(trials[0].failure?.contains("more than 1 MiB") == true, "\(trials[0].failure ?? "")")
      #expect(try shell.log(trials[0]).contains("\n[hpo] a line that begins with a brace and has more than 1 MiB"))
      #expect(trials[1].userAttributes["pid"] == trials[2].userAttributes["pid"])
    }
  }

  @Test("a worker that closes its input, and one that never reads it, fails its trial")
  func deafness() async throws {
    try await ProgramStudy.with { shell in
      // Another child that is just being started may hold an end of the pipe for a moment, so there are several reports.
      let report = "echo '{\"type\": \"report\", \"step\": 1, \"value\": 1}'"
      let closing = "exec <&-; while :; do \(report); sleep 0.02; done"
      let closed = try await shell.run(shell.shell(closing, kind: .worker), trials: 1)
      #expect(
        closed[0].failure?.hasPrefix("the worker does not read its standard input, so hpo ended it") == true)
      let flood = "yes '{\"type\": \"report\", \"step\": 1, \"value\": 1}'"
      let trials = try await shell.run(shell.shell(flood, kind: .worker), trials: 2)
      #expect(trials[1].failure?.hasPrefix("the worker does not read its standard input, so hpo ended it") == true)
    }
  }

  @Test("an interruption ends a worker that is at work")
  func interruption() async throws {
    try await ProgramStudy.with { shell in
      let stop = StopSource()
      Thread.detachNewThread {
        shell.awaitFile("busy")
        stop.stop(.atNextReport)
      }
      let program = shell.shell(worker("echo $$ > busy; sleep 1000"), kind: .worker)
      let trial = try #require(try await shell.run(program, stop: stop).first)
      #expect(trial.state == .waiting)
      #expect(try !isRunning(shell.process("busy")))
    }
  }
}
