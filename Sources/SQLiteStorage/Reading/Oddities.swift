/// Collects what was met in a file that no program should have written, in words.
final class Oddities {
  private(set) var notes: [String] = []
  private let areCollected: Bool

  /// - Parameter areCollected: Whether anybody wants to know.
  init(areCollected: Bool) { self.areCollected = areCollected }

  func note(_ text: @autoclosure () -> String) {
    if areCollected { notes.append(text()) }
  }
}
