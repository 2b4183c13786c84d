import Synchronization

/// Memory in which the kernels of one draw lie: half a megabyte that would be taken from the system each time, page by
/// page, and given back.
///
/// What is laid in it keeps its place, and has no meaning before it is written. The memory goes to another draw once
/// nothing refers to it any more. One thread uses it at a time.
final class KernelArena {
  // Unchecked, since nothing that is called while one of these changes comes back to the arena.
  @exclusivity(unchecked) private var memory: Memory
  /// The block in use, and how many bytes of it are taken.
  @exclusivity(unchecked) private var block = 0
  @exclusivity(unchecked) private var used = 0

  /// Blocks of memory that nothing refers to.
  ///
  /// Unchecked, and safe: one arena owns them at a time, and hands them over under the lock of `idle`.
  private struct Memory: @unchecked Sendable {
    var blocks: [UnsafeMutableRawBufferPointer] = []

    var size: Int { blocks.reduce(0) { $0 + $1.count } }

    func free() { for block in blocks { block.deallocate() } }
  }

  private static let idle = Mutex<[Memory]>([])
  /// As many as jobs draw at once on most machines.
  private static let mostIdle = 16
  /// In bytes; what the densities of many thousand trials took is given back.
  private static let mostKept = 8 << 20
  private static let leastBlock = 1 << 19
  /// Whole vectors of every set of instructions, and whole lines of the cache.
  private static let alignment = 64

  init() { memory = Self.idle.withLock { $0.popLast() } ?? Memory() }

  deinit {
    let memory = memory
    let isKept =
      memory.size <= Self.mostKept
      && Self.idle.withLock { idle in
        guard idle.count < Self.mostIdle else { return false }
        idle.append(memory)
        return true
      }
    if !isKept { memory.free() }
  }

  /// Room for so many elements, and for others behind them that fill whole vectors.
  func array<Element: BitwiseCopyable>(_ count: Int, of type: Element.Type = Element.self) -> ArenaArray<Element> {
    let size = DensityLoops.padded(count) * MemoryLayout<Element>.stride
    let place = take((size + Self.alignment - 1) / Self.alignment * Self.alignment)
    let start = place.bindMemory(to: type, capacity: DensityLoops.padded(count))
    return ArenaArray(start: start, count: count, arena: self)
  }

  /// Numbers with others behind them that fill whole vectors.
  func array(_ values: some Collection<Double>, filler: Double) -> ArenaArray<Double> {
    let array: ArenaArray<Double> = array(values.count)
    for (index, value) in values.enumerated() { array.start[index] = value }
    array.fill(with: filler)
    return array
  }

  private func take(_ size: Int) -> UnsafeMutableRawPointer {
    while block < memory.blocks.count, used + size > memory.blocks[block].count { (block, used) = (block + 1, 0) }
    if block == memory.blocks.count {
      memory.blocks.append(
        .allocate(byteCount: max(size, Self.leastBlock, memory.size), alignment: Self.alignment))
    }
    defer { used += size }
    guard let start = memory.blocks[block].baseAddress else { preconditionFailure("a block of an arena is empty") }
    return start + used
  }
}

/// Numbers or indices in an arena, which lives as long as any of them.
struct ArenaArray<Element: BitwiseCopyable>: RandomAccessCollection {
  /// Behind the elements there is room for others up to a whole vector.
  let start: UnsafeMutablePointer<Element>
  let count: Int
  let arena: KernelArena

  var startIndex: Int { 0 }
  var endIndex: Int { count }

  subscript(index: Int) -> Element {
    get {
      precondition(index >= 0 && index < count, "there is no element \(index) among \(count)")
      return withExtendedLifetime(arena) { start[index] }
    }
    nonmutating set {
      precondition(index >= 0 && index < count, "there is no element \(index) among \(count)")
      withExtendedLifetime(arena) { start[index] = newValue }
    }
  }

  /// Writes what is behind the elements up to a whole vector.
  func fill(with filler: Element) {
    withExtendedLifetime(arena) {
      for index in count..<DensityLoops.padded(count) { start[index] = filler }
    }
  }
}
