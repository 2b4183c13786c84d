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
