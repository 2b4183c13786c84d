import OrderedCollections
import SearchSpace

extension TrialHistory {
  /// Changes with the form of the bytes, and with the rule by which trials are kept: one that kept others is made anew.
  private static let signature: UInt64 = 0x3530_7473_6968_6F70

  /// How many trials are finished.
  package var finishedCount: Int { rows.count + count(of: .failed) + withoutRowCount }

  /// What the history holds of finished trials as bytes, from which it goes on once they are read again; nil where that
  /// would be all trials, which is so with several objectives.
  package var encoded: [UInt8]? {
    guard directions.count == 1 else { return nil }
    var writer = HistoryWriter()
    writer.write(Self.signature)
    encode(into: &writer)
    writer.write(writer.bytes.checksum)
    return writer.bytes
  }

  /// A history as it was encoded; nil where the bytes are damaged, or another version's.
  package init?(encoded bytes: [UInt8], directions: [StudyDirection]) {
    guard directions.count == 1, bytes.count > 16 else { return nil }
    var checksum = HistoryReader(bytes.suffix(8))
    var reader = HistoryReader(bytes.dropLast(8))
    guard (try? checksum.unsigned()) == bytes.dropLast(8).checksum, (try? reader.unsigned()) == Self.signature else {
      return nil
    }
    self.init(directions: directions)
    do throws(HistoryReader.Malformed) {
      try decode(from: &reader)
    } catch {
      return nil
    }
    guard reader.isAtEnd else { return nil }
  }
}

extension NumberSet {
  func encode(into writer: inout HistoryWriter) {
    writer.write(ranges) { writer, range in
      writer.write(range.lowerBound)
      writer.write(range.upperBound)
    }
  }

  init(from reader: inout HistoryReader) throws(HistoryReader.Malformed) {
    let ranges = try reader.array(of: 16) { reader throws(HistoryReader.Malformed) -> Range<Int> in
      let (lower, upper) = (try reader.int(), try reader.int())
      guard lower < upper, lower > Int.min / 4, upper < Int.max / 4 else { throw HistoryReader.Malformed() }
      return lower..<upper
    }
    guard zip(ranges, ranges.dropFirst()).allSatisfy({ $0.upperBound < $1.lowerBound }) else {
      throw HistoryReader.Malformed()
    }
    self.init(ranges: ranges)
  }
}

extension ReportTable {
  func encode(into writer: inout HistoryWriter) {
    writer.write(members.prefix(members.count)) { writer, member in
      writer.write(member.number)
      writer.write(reports[member.number] ?? []) { writer, report in
        writer.write(report.step)
        writer.write(report.value)
      }
    }
  }

  init(from reader: inout HistoryReader) throws(HistoryReader.Malformed) {
    typealias Kept = (number: Int, reports: [FrozenTrial.IntermediateValue])
    let kept = try reader.array(of: 16) { reader throws(HistoryReader.Malformed) -> Kept in
      let number = try reader.int()
      let reports = try reader.array(of: 16) {
        reader throws(HistoryReader.Malformed) -> FrozenTrial.IntermediateValue in
        .init(step: try reader.int(), value: try reader.double())
      }
      return (number: number, reports: reports)
    }
    self.init()
    guard Set(kept.map(\.number)).count == kept.count else { throw HistoryReader.Malformed() }
    for trial in kept { insert(trial.reports, number: trial.number) }
  }
}

extension GridVisits {
  func encode(into writer: inout HistoryWriter) {
    writer.write(finishedPoints.sorted { $0.key < $1.key }) { writer, element in
      writer.write(element.key)
      writer.write(element.value.sorted { $0.key < $1.key }) { writer, point in
        writer.write(point.key)
        writer.write(point.value)
      }
    }
  }

  init(from reader: inout HistoryReader) throws(HistoryReader.Malformed) {
    let spaces = try reader.array(of: 16) { reader throws(HistoryReader.Malformed) -> (String, [Int: Int]) in
      let space = try reader.text()
      let points = try reader.array(of: 16) { reader throws(HistoryReader.Malformed) -> (Int, Int) in
        (try reader.int(), try reader.int())
      }
      return (space, Dictionary(points) { first, _ in first })
    }
    self.init(pointsBySpace: Dictionary(spaces) { first, _ in first })
  }
}

extension HistoryReader {
  mutating func distribution() throws(Malformed) -> Distribution {
    let json = try text()
    guard let distribution = try? Distribution(json: json) else { throw Malformed() }
    return distribution
  }
}
