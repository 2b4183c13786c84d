#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The memory of the machine.
enum PhysicalMemory {
  /// The bytes of it.
  static let byteCount = max(0, sysconf(Int32(_SC_PHYS_PAGES))) * max(0, sysconf(Int32(_SC_PAGESIZE)))

  /// Refuses what cannot fit, which the system would otherwise end the process for.
  ///
  /// - Throws: `ExecutionError` of code `outOfMemory` where so many numbers take more than all memory.
  static func require(numbers: Int) throws(ExecutionError) {
    let (bytes, overflow) = numbers.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    guard byteCount > 0, overflow || bytes > byteCount else { return }
    throw ExecutionError(
      .outOfMemory,
      "the values of a step take \(overflow ? "more than 8589934592" : gibibytes(bytes)) GiB of memory, and the machine has "
        + "\(gibibytes(byteCount)); take a smaller batch or a smaller network")
  }

  /// Rounded up to tenths.
  private static func gibibytes(_ bytes: Int) -> String {
    let tenths = bytes / 107_374_182 + 1
    return "\(tenths / 10).\(tenths % 10)"
  }
}
