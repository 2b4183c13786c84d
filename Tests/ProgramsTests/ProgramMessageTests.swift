import OrderedCollections
import Programs
import SearchSpace
import TestSupport
import Testing

@Suite("Messages of programs") struct ProgramMessageTests {
  private func command(_ line: String) -> ProgramMessage { ProgramMessage(commandLine: Array(line.utf8)) }

  private func worker(_ line: String, number: Int? = 12) -> ProgramMessage {
    ProgramMessage(workerLine: Array(line.utf8), number: number)
  }

  @Test("a command reports by step and value, and gives a result by value or values") func commands() {
    #expect(command(#"{"step": 3, "value": 0.5}"#) == .report(step: 3, value: 0.5))
    #expect(command(#"{"step": 3.0, "value": 1, "other": [1]}"#) == .report(step: 3, value: 1))
    #expect(command(#"{"value": 0.25}"#) == .result(ProgramResult(values: [0.25])))
    #expect(command(#"{"values": [1, 2.5]}"#) == .result(ProgramResult(values: [1, 2.5])))
    #expect(
      command(#"{"value": 1, "constraints": {"size": -2}, "attributes": {"a": [1, "x"], "b": null}}"#)
        == .result(
          ProgramResult(values: [1], constraints: ["size": -2], attributes: ["a": [1, "x"], "b": nil])))
  }

  @Test("Python's NaN and infinities are numbers") func specialNumbers() {
    guard case .report(1, let value) = command(#"{"step": 1, "value": NaN}"#) else {
      Issue.record("no report")
      return
    }
    #expect(value.isNaN)
    #expect(command(#"{"value": -Infinity}"#) == .result(ProgramResult(values: [-.infinity])))
  }

  @Test(
    "everything else is text",
    arguments: [
      "epoch 1", "", "{", "{}", "[1]", "12", #"{"loss": 1}"#, #"{"step": 1}"#, #"{"value": 1"#, #"{"value": 1} x"#,
      #"{'value': 1}"#, #"{"attributes": {}}"#,
    ])
  func text(_ line: String) { #expect(command(line) == .none) }

  @Test(
    "what was meant as a message and is none says why",
    arguments: [
      (#"{"value": "0.5"}"#, "its value is \"0.5\", not a number"),
      (#"{"value": null}"#, "its value is null, not a number"),
      (#"{"values": [1, "a"]}"#, "not a list of numbers"),
      (#"{"value": 1, "values": [1]}"#, "of which one is needed"),
      (#"{"value": 1, "constraints": [1]}"#, "not an object of numbers by name"),
      (#"{"value": 1, "constraints": {"c": true}}"#, "its constraint 'c' is true"),
      (#"{"value": 1, "attributes": 3}"#, "its attributes are 3"),
      (#"{"step": -1, "value": 1}"#, "its step is -1"),
      (#"{"step": 1.5, "value": 1}"#, "its step is 1.5"),
      (#"{"step": 1e300, "value": 1}"#, "its step is 1e+300"),
      (#"{"step": 1, "value": "x"}"#, "its value is \"x\""),
      (#"{"step": 1, "values": [1]}"#, "its value is missing"),
    ])
  func malformed(_ line: String, _ reason: String) {
    guard case .malformed(let found, _) = command(line) else {
      Issue.record("\(line) is taken for \(command(line))")
      return
    }
    #expect(found.contains(reason), "\(found)")
  }

  @Test("an object that is nested deeper than is read says so, and other text does not") func nesting() {
    func nested(_ depth: Int) -> String {
      #"{"type": "result", "value": 1, "attributes": {"a": "#
        + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}}"
    }
    guard case .result = command(nested(60)), case .result = worker(nested(60)) else {
      Issue.record("60 levels are no result")
      return
    }
    for message in [command(nested(400)), worker(nested(400))] {
      guard case .malformed(let reason, .result) = message else {
        Issue.record("400 levels are \(message)")
        return
      }
      #expect(reason.contains("nested deeper than 64 levels") && reason.contains("give its path"))
    }
    #expect(command(String(repeating: "[", count: 400)) == .none)
    let remark = String(repeating: #"{"a":"#, count: 80) + "1" + String(repeating: "}", count: 80)
    #expect(command(remark) == .none && worker(remark) == .none)
  }

  @Test("an object with two keys that are one here says so") func twinKeys() {
    let line = #"{"type": "result", "value": 1, "attributes": {"\u00e9": 1, "e\u0301": 2}}"#
    for message in [command(line), worker(line)] {
      guard case .malformed(let reason, .result) = message else {
        Issue.record("\(message)")
        return
      }
      #expect(reason.contains(#""\u00e9" and "e\u0301""#) && reason.contains("name its keys otherwise"))
    }
  }

  @Test("a worker's messages have a type") func workers() {
    #expect(worker(#"{"type": "report", "step": 1, "value": 0.93}"#) == .report(step: 1, value: 0.93))
    #expect(worker(#"{"type": "result", "value": 0.95}"#) == .result(ProgramResult(values: [0.95])))
    #expect(worker(#"{"type": "pruned"}"#) == .pruned)
    #expect(worker(#"{"type": "failed", "message": "no data"}"#) == .failed("no data"))
    #expect(worker(#"{"value": 1}"#) == .none)
    #expect(worker(#"{"type": 3, "value": 1}"#) == .none)
  }

  @Test("a worker's message may name its trial, which must then be the right one") func numbers() {
    #expect(worker(#"{"type": "pruned", "number": 12}"#) == .pruned)
    for (line, number) in [(#"{"type": "pruned", "number": 11}"#, 12), (#"{"type": "pruned", "number": 12}"#, nil)] {
      guard case .malformed(_, .other) = worker(line, number: number) else {
        Issue.record("\(line) was taken for a message")
        continue
      }
    }
  }

  @Test("an unknown type is named with the nearest one") func unknownType() {
    guard case .malformed(let reason, .other) = worker(#"{"type": "resutl", "value": 1}"#) else {
      Issue.record("not refused")
      return
    }
    #expect(reason.contains("did you mean 'result'?"))
  }

  @Test("an order is a line of JSON") func orders() {
    #expect(
      WorkerOrder.trial(number: 12, values: ["lr": 0.01, "act": "relu"], seed: 7).line
        == #"{"type": "trial", "number": 12, "params": {"lr": 0.01, "act": "relu"}, "seed": 7}"#)
    #expect(WorkerOrder.goOn.line == #"{"type": "continue"}"#)
    #expect(WorkerOrder.prune.line == #"{"type": "prune"}"#)
    #expect(WorkerOrder.stop.line == #"{"type": "stop"}"#)
  }

  @Test("10,000 damaged messages are read without harm, and what is read is in range") func damage() {
    let sound = [
      #"{"step": 3, "value": 0.5}"#, #"{"value": 0.25, "constraints": {"size": -2.5}, "attributes": {"a": [1, "é"]}}"#,
      #"{"values": [1, -2.5e-3, NaN]}"#, #"{"type": "report", "step": 12, "value": -Infinity}"#,
      #"{"type": "result", "value": 0.95, "number": 12, "attributes": {"b": {"c": null}}}"#,
      #"{"type": "failed", "message": "no \u00e9 \n data"}"#, #"{"type": "pruned"}"#,
    ].map { Array($0.utf8) }
    var generator = SplitMix64(seed: 11)
    var kinds: [String: Int] = [:]
    for round in 0..<10_000 {
      var bytes = sound[round % sound.count]
      for _ in 0...generator.below(4) where !bytes.isEmpty {
        let place = generator.below(bytes.count)
        switch generator.below(6) {
        case 0: bytes[place] ^= 1 << UInt8(generator.below(8))
        case 1: bytes[place] = UInt8(generator.below(256))
        case 2: bytes.insert(Array("{}[]\",:0-9eE.\\u \0".utf8)[generator.below(17)], at: place)
        case 3: bytes.removeSubrange(place..<min(bytes.count, place + 1 + generator.below(6)))
        case 4: bytes += bytes[place...]
        default: bytes.insert(contentsOf: [UInt8](repeating: UInt8(ascii: "["), count: generator.below(200)), at: place)
        }
      }
      for message in [ProgramMessage(commandLine: bytes), ProgramMessage(workerLine: bytes, number: 12)] {
        switch message {
        case .report(let step, _):
          #expect(step >= 0)
          kinds["report", default: 0] += 1
        case .result(let result):
          #expect(!result.values.isEmpty || String(decoding: bytes, as: UTF8.self).contains("[]"))
          kinds["result", default: 0] += 1
        case .malformed(let reason, _):
          #expect(!reason.isEmpty && reason.count < 400)
          kinds["malformed", default: 0] += 1
        case .pruned, .failed: kinds["other", default: 0] += 1
        case .none: kinds["none", default: 0] += 1
        }
      }
    }
    // The damage leaves some of each kind, so that each path was taken.
    for kind in ["report", "result", "malformed", "other", "none"] { #expect(kinds[kind, default: 0] > 50, "\(kinds)") }
  }
}
