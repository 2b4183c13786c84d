import ArgumentParser
import Foundation
import HPO
import Programs

/// The file beside a model from which an interrupted training goes on.
final class CheckpointFile {
  let path: String

  /// How often a running training is kept.
  private static let interval = Duration.seconds(15)
  private let clock = ContinuousClock()
  private var last: ContinuousClock.Instant
  /// Whether it was said that a running training could not be kept.
  private var hasWarned = false
  /// Keeps other trainings from the file.
  private var lock: PathLock?

  /// The file of a training whose result is to be written to a path.
  init(of output: String) {
    path = output + ".checkpoint"
    last = clock.now
  }

  /// The file of a training whose result is to be written to a path, which is this process's until it is done with it.
  ///
  /// - Throws: `ValidationError` where a training of another process has the same.
  convenience init(locking output: String) throws {
    self.init(of: output)
    guard let lock = try PathLock.tryLock(path) else {
      throw ValidationError(
        "another process trains what is to be written to \(output); let it end, or give another --output")
    }
    self.lock = lock
  }

  deinit { lock?.release() }

  /// Whether there is one.
  var exists: Bool { FileManager.default.fileExists(atPath: path) }

  /// The checkpoint that is there; nil for none.
  func read() throws -> TrainingCheckpoint? {
    guard exists else { return nil }
    return try TrainingCheckpoint(contentsOf: path)
  }

  /// The checkpoint that is there, for a command that has `--restart`; nil for none.
  ///
  /// - Throws: `ValidationError` that names the option, where the file is damaged.
  func readOrHint() throws -> TrainingCheckpoint? {
    do { return try read() } catch { throw hint(error) }
  }

  /// Lets a training go on from the checkpoint that is there, if there is one, and says so.
  ///
  /// - Returns: The checkpoint.
  /// - Throws: `ValidationError` that names the option `--restart`, where the file is damaged or of another training.
  func resume(_ trainer: Trainer) throws -> TrainingCheckpoint? {
    guard let kept = try readOrHint() else { return nil }
    do { try trainer.restore(kept) } catch { throw hint(error) }
    Terminal.writeError(
      "going on after \(counted(kept.epoch, "epoch")) of an interrupted training (\(path))\n")
    return kept
  }

  private func hint(_ error: any Error) -> ValidationError {
    let message = "\(error)"
    return ValidationError(
      "\(message.hasPrefix(path) ? "" : "\(path): ")\(message); "
        + (isOfOthers ? "move it, or give another --output" : "--restart begins anew"))
  }

  /// Whether the file is no checkpoint, not even a damaged one.
  private var isOfOthers: Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    let signature = Data(TrainingCheckpoint.signature.utf8)
    return (try? file.read(upToCount: signature.count)).map { !signature.starts(with: $0) } ?? false
  }

  func write(_ checkpoint: TrainingCheckpoint) throws {
    try checkpoint.write(to: path)
    last = clock.now
  }

  /// Writes where the last time is long ago. Where that fails, which is said once, the training goes on without.
  func writeIfDue(_ checkpoint: () -> TrainingCheckpoint) {
    guard clock.now - last >= Self.interval else { return }
    last = clock.now
    do { try write(checkpoint()) } catch {
      if !hasWarned { Terminal.writeError("note: \(error); the training goes on, and is not kept meanwhile\n") }
      hasWarned = true
    }
  }

  /// Removes the checkpoint, unless the file is none of hpo's.
  func remove() { if !isOfOthers { try? FileManager.default.removeItem(atPath: path) } }

  /// Removes the checkpoint that is there, damaged or not, for `--restart`.
  ///
  /// - Throws: `ValidationError` where the file is none, and would be lost.
  func discard() throws {
    guard !isOfOthers else {
      throw ValidationError(
        "\(path): this is no checkpoint of hpo, and would be lost; move it, or give another --output")
    }
    remove()
  }
}
