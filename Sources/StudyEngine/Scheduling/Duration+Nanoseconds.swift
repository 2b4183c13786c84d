extension Duration {
  /// The whole nanoseconds from 0 on, at most those of 146 years.
  package var nanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    let (product, overflow) = UInt64(max(0, seconds)).multipliedReportingOverflow(by: 1_000_000_000)
    return overflow || product > 1 << 62 ? 1 << 62 : product + UInt64(max(0, attoseconds) / 1_000_000_000)
  }
}
