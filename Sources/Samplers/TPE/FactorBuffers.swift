import Synchronization

/// Memory that one density leaves to the next: half a megabyte that would be given back to the system each time, and taken
/// from it again page by page.
struct FactorBuffers: Sendable {
  private(set) var numbers: [Double] = []
  private(set) var indices: [Int32] = []
  private var usedNumbers = 0
  private var usedIndices = 0

  private static let idle = Mutex<[FactorBuffers]>([])
  /// More than jobs run at once.
  private static let mostIdle = 64
  /// Of numbers; what the densities of many thousand trials took is given back.
  private static let mostKept = 1 << 20

  static func take() -> FactorBuffers { idle.withLock { $0.popLast() } ?? FactorBuffers() }

  func giveBack() {
    guard numbers.count + indices.count <= Self.mostKept else { return }
    var buffers = self
    (buffers.usedNumbers, buffers.usedIndices) = (0, 0)
    Self.idle.withLock { [buffers] in if $0.count < Self.mostIdle { $0.append(buffers) } }
  }

  /// Where so many numbers begin that have no meaning yet.
  mutating func addNumbers(_ count: Int) -> Int {
    defer { usedNumbers += count }
    let missing = usedNumbers + count - numbers.count
    if missing > 0 { numbers.append(contentsOf: repeatElement(0, count: max(missing, numbers.count))) }
    return usedNumbers
  }

  /// Where some numbers begin, with others behind them that fill whole vectors.
  mutating func add(_ values: [Double], filler: Double) -> Int {
    let start = addNumbers(DensityLoops.padded(values.count))
    withNumbers(at: start) { place in
      values.withUnsafeBufferPointer { if let base = $0.baseAddress { place.update(from: base, count: $0.count) } }
      for index in values.count..<DensityLoops.padded(values.count) { place[index] = filler }
    }
    return start
  }

  /// Where some indices begin.
  mutating func add(_ values: [Int32]) -> Int {
    let start = usedIndices
    usedIndices += values.count
    let missing = usedIndices - indices.count
    if missing > 0 { indices.append(contentsOf: repeatElement(0, count: max(missing, indices.count))) }
    indices.withUnsafeMutableBufferPointer { indices in
      values.withUnsafeBufferPointer { values in
        guard let place = indices.baseAddress, let base = values.baseAddress else { return }
        (place + start).update(from: base, count: values.count)
      }
    }
    return start
  }

  /// Gives `body` the address of the numbers from a place on.
  mutating func withNumbers<Result>(at start: Int, _ body: (UnsafeMutablePointer<Double>) -> Result) -> Result {
    numbers.withUnsafeMutableBufferPointer { numbers in
      guard let base = numbers.baseAddress else { preconditionFailure("there are no numbers at a place") }
      return body(base + start)
    }
  }
}
