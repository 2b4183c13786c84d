/// A row of a history's columns under a key by which rows are put in order; equal keys are ordered by the trials'
/// numbers.
package struct HistoryRow: Comparable, Sendable {
  package var key: Double
  /// The trial's number; only the order of such as exceed 32 bits is lost.
  private var number: UInt32
  package var row: Int32

  init(key: Double, number: Int, row: Int) {
    precondition(!key.isNaN, "NaN has no place in an order")
    self.key = key
    self.number = UInt32(clamping: number)
    self.row = Int32(row)
  }

  /// The trial's number, where it does not exceed 32 bits.
  var trialNumber: Int { Int(number) }

  package static func < (left: HistoryRow, right: HistoryRow) -> Bool {
    left.key < right.key || (left.key == right.key && left.number < right.number)
  }

  package static func == (left: HistoryRow, right: HistoryRow) -> Bool {
    left.key == right.key && left.number == right.number
  }
}
