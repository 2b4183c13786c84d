/// Trials whose identifiers lie close together, so that one query by a range of identifiers reads all their rows.
struct TrialSpan {
  /// The positions of the trials in the list that is filled.
  var positions: Range<Int>
  var identifiers: ClosedRange<Int64>

  /// How many identifiers of other studies are passed over rather than beginning another query.
  private static let widestGap: Int64 = 16

  /// The spans of trials whose identifiers ascend.
  static func spans(of identifiers: [Int64]) -> [TrialSpan] {
    var spans: [TrialSpan] = []
    for (position, id) in identifiers.enumerated() {
      if let last = spans.last, id - last.identifiers.upperBound <= widestGap {
        spans[spans.count - 1].positions = last.positions.lowerBound..<position + 1
        spans[spans.count - 1].identifiers = last.identifiers.lowerBound...id
      } else {
        spans.append(TrialSpan(positions: position..<position + 1, identifiers: id...id))
      }
    }
    return spans
  }
}
