import Foundation

/// Memory with NaN before and after, so that a read beyond it shows in results, and a write in the margins; or with a page behind it
/// that ends a process which reads there, whatever it does with what it has read.
final class GuardedMemory {
  private let count: Int
  private let mapped: UnsafeMutableRawPointer
  private let mappedBytes: Int
  /// The numbers before the first element and behind the last one.
  private let before: UnsafeMutableBufferPointer<Float>, behind: UnsafeMutableBufferPointer<Float>
  /// The first element.
  let start: UnsafeMutablePointer<Float>

  private static let margin = 64

  /// - Parameter isFlush: Whether no number lies behind the last element, but the page.
  init(_ elements: [Float], isFlush: Bool = false) {
    count = elements.count
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let numbers = Self.margin + count + (isFlush ? 0 : Self.margin)
    let bytes = (numbers * MemoryLayout<Float>.stride + page - 1) / page * page
    mappedBytes = bytes + page
    guard let memory = mmap(nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      memory != MAP_FAILED, mprotect(memory + bytes, page, PROT_NONE) == 0
    else { preconditionFailure("there is no memory for a test") }
    mapped = memory
    let first = (memory + bytes - numbers * MemoryLayout<Float>.stride).assumingMemoryBound(to: Float.self)
    start = first + Self.margin
    before = UnsafeMutableBufferPointer(start: first, count: Self.margin)
    behind = UnsafeMutableBufferPointer(start: start + count, count: isFlush ? 0 : Self.margin)
    before.update(repeating: .nan)
    behind.update(repeating: .nan)
    start.update(from: elements, count: count)
  }

  deinit { munmap(mapped, mappedBytes) }

  var elements: [Float] { Array(UnsafeBufferPointer(start: start, count: count)) }
  var marginsAreIntact: Bool { before.allSatisfy { $0.isNaN } && behind.allSatisfy { $0.isNaN } }
}
