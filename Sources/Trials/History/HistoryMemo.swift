import Synchronization

/// What follows from the finished trials of a history and is costly to derive, kept until another trial finishes.
///
/// Each change of the finished trials begins an empty memo, so that copies of a history share one only as long as their
/// finished trials are the same.
package final class HistoryMemo: Sendable {
  private let values = Mutex<[String: any Sendable]>([:])

  package init() {}

  /// The value under a key, derived at the first call. The value must follow from the key and the finished trials alone.
  package func value<Value: Sendable>(for key: String, derive: () -> Value) -> Value {
    if let known = values.withLock({ $0[key] }) as? Value { return known }
    let value = derive()
    values.withLock { $0[key] = value }
    return value
  }
}
