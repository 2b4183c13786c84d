import Synchronization

/// Memory that one density leaves to the next: half a megabyte that would be given back to the system each time, and taken
/// from it again page by page.
struct FactorBuffers: Sendable {
  var numbers: [Double] = []
  var indices: [Int32] = []
  var scratch: [Double] = []

  private static let idle = Mutex<[FactorBuffers]>([])
  /// More than jobs run at once.
  private static let mostIdle = 64
  /// Of numbers; what the densities of many thousand trials took is given back.
  private static let mostKept = 1 << 20

  static func take() -> FactorBuffers { idle.withLock { $0.popLast() } ?? FactorBuffers() }

  func giveBack() {
    guard numbers.capacity + indices.capacity + scratch.capacity <= Self.mostKept else { return }
    Self.idle.withLock { if $0.count < Self.mostIdle { $0.append(self) } }
  }
}
