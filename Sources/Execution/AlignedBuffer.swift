#if canImport(Glibc)
  import Glibc
#endif

/// Memory of numbers that starts at a cache line, owned by one object and never moved.
final class AlignedBuffer {
  /// The alignment in bytes: a cache line, which is also the widest vector.
  static let alignment = 64

  /// The numbers, as many as were asked for.
  let elements: UnsafeMutableBufferPointer<Float>

  /// The bytes of a huge page.
  private static let hugePage = 1 << 21

  /// Makes a buffer of zeros.
  init(count: Int) {
    let byteCount = max(count, 1) * MemoryLayout<Float>.stride
    let isHuge = byteCount >= Self.hugePage
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: byteCount, alignment: isHuge ? Self.hugePage : Self.alignment)
    #if canImport(Glibc)
      // So that the processor has few addresses of pages to look up; where it is refused, nothing else changes.
      if isHuge { madvise(memory, byteCount, MADV_HUGEPAGE) }
    #endif
    let start = memory.bindMemory(to: Float.self, capacity: max(count, 1))
    elements = UnsafeMutableBufferPointer(start: start, count: count)
    elements.initialize(repeating: 0)
  }

  deinit {
    UnsafeMutableRawPointer(start).deallocate()
  }

  /// The first number.
  var start: UnsafeMutablePointer<Float> {
    guard let start = elements.baseAddress else {
      preconditionFailure("the buffer is made with an address, be it empty")
    }
    return start
  }

  /// The smallest multiple of a cache line's elements that holds `count` elements.
  static func paddedCount(_ count: Int) -> Int {
    let line = alignment / MemoryLayout<Float>.stride
    return (count + line - 1) / line * line
  }
}
