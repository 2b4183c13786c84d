import Foundation
import OrderedCollections
import Programs
import Pruners
import Samplers
import SearchSpace
import StudyEngine
import Testing
import TrialStorage
import Trials

/// A study in memory whose trials a program of the shell evaluates, with a folder for what the program leaves.
struct ProgramStudy {
  let folder: URL
  let study: Study
  let space: ParameterSpace

  /// Runs `body` with a new study, whose folder is gone afterwards.
  static func with<Value>(
    directions: [StudyDirection] = [.minimize], pruner: any Pruner = NopPruner(),
    _ body: (ProgramStudy) async throws -> Value
  ) async throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hpo-program-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let study = try Study(
      name: "shell", directions: directions, sampler: RandomSampler(seed: 7), pruner: pruner, storage: InMemoryStorage()
    )
    let space = try ParameterSpace([
      .init("x", .float(FloatDistribution(low: 0, high: 1))),
      .init("act", .categorical(CategoricalDistribution(["relu", "tanh"]))),
    ])
    return try await body(ProgramStudy(folder: folder, study: study, space: space))
  }

  /// A program of the shell that runs in the folder.
  func shell(
    _ script: String, kind: Program.Kind = .command, limits: Program.Limits = .init(time: .seconds(60))
  ) -> Program {
    Program(["sh", "-c", script], kind: kind, folder: folder.path, limits: limits)
  }

  /// Runs trials with a program, and returns all trials of the study.
  @discardableResult
  func run(
    _ program: Program, trials: Int = 1, jobs: Int = 1, stop: StopSource = StopSource(), closes: Bool = true,
    observer: @escaping @Sendable (StudyEvent) -> Void = { _ in }
  ) async throws -> [FrozenTrial] {
    let objective = try ProgramObjective(
      program, space: space, folders: TrialFolders(besideFile: folder.appendingPathComponent("study").path))
    defer { if closes { objective.close() } }
    try await study.optimize(trials: trials, jobs: jobs, stop: stop, observer: observer, objective: objective.run)
    return try study.trials
  }

  /// The log of a trial.
  func log(_ trial: FrozenTrial) throws -> String { try study.storage.log(trial: trial.id) ?? "" }

  /// The text of a file that a program left.
  func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }

  /// The process number that a program left in a file.
  func process(_ name: String) throws -> pid_t {
    try #require(pid_t(text(name).trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  /// Waits until a program has written a file.
  func awaitFile(_ name: String) {
    while ((try? text(name)) ?? "").isEmpty { usleep(1000) }
  }
}

/// Whether a process is there that has not ended, which a parent may not have noticed.
func isRunning(_ process: pid_t) -> Bool {
  guard kill(process, 0) == 0 else { return false }
  guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return true }
  return stat.split(separator: ")").last?.split(separator: " ").first != "Z"
}

/// Waits until a process has ended; a test that waits in vain is ended by its time limit.
func awaitEnd(of process: pid_t) {
  while isRunning(process) { usleep(1000) }
}

/// Ends every trial at its first report.
struct EveryPruner: Pruner {
  static let name = "every"

  func shouldPrune(reports: [FrozenTrial.IntermediateValue], history: TrialHistory) -> Bool { true }
}
