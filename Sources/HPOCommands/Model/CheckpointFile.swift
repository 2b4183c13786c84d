import ArgumentParser
import Foundation
import HPO

/// The file beside a model from which an interrupted training goes on.
final class CheckpointFile {
  let path: String

  /// How often a running training is kept.
  private static let interval = Duration.seconds(15)
  private let clock = ContinuousClock()
  private var last: ContinuousClock.Instant

  init(path: String) {
    self.path = path
    last = clock.now
  }

  /// The file of a training whose result is to be written to a path.
  convenience init(besides output: String) { self.init(path: output + ".checkpoint") }

  /// The checkpoint that is there; nil for none.
  func read() throws -> TrainingCheckpoint? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
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
    return ValidationError("\(message.hasPrefix(path) ? "" : "\(path): ")\(message); --restart begins anew")
  }

  func write(_ checkpoint: TrainingCheckpoint) throws {
    try checkpoint.write(to: path)
    last = clock.now
  }

  /// Writes where the last time is long ago.
  func writeIfDue(_ checkpoint: () -> TrainingCheckpoint) throws {
    if clock.now - last >= Self.interval { try write(checkpoint()) }
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
