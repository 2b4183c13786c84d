import OrderedCollections
import SearchSpace

extension HistoryRows {
  func encode(into writer: inout HistoryWriter) {
    results.encode(into: &writer)
    writer.write(prunedCount)
    writer.write(threshold)
    let rows = byNumber.prefix(byNumber.count).map { Int($0.row) }
    let lastReports = Dictionary(pruned.prefix(pruned.count).map { ($0.row, $0.last) }) { first, _ in first }
    writer.write(rows) { writer, row in
      writer.write(numbers[row])
      writer.write(violations[row])
      writer.write(losses[row])
      let last = lastReports[row] ?? nil
      writer.write(last?.step ?? -1)
      writer.write(last?.loss ?? 0)
    }
    writer.write(columns.sorted { $0.key < $1.key }) { writer, column in
      writer.write(column.key)
      var places: [Distribution: Int] = [:]
      var distinct: [Distribution] = []
      let placeByRow = rows.map { row -> Int in
        guard let distribution = column.value.distributions.distribution(in: row) else { return -1 }
        if let place = places[distribution] { return place }
        places[distribution] = distinct.count
        distinct.append(distribution)
        return distinct.count - 1
      }
      writer.write(column.value.distribution.json)
      writer.write(distinct) { $0.write($1.json) }
      for (row, place) in zip(rows, placeByRow) {
        writer.write(place)
        writer.write(column.value.value(in: row) ?? .nan)
      }
    }
  }

  /// Takes in what was encoded, where there are no rows yet.
  mutating func decode(from reader: inout HistoryReader) throws(HistoryReader.Malformed) {
    let results = try NumberSet(from: &reader)
    let prunedCount = try reader.int()
    let threshold = try reader.double()
    var records = try reader.array(of: 40) { reader throws(HistoryReader.Malformed) -> HistoryRecord in
      var record = HistoryRecord(number: try reader.int(), violation: try reader.double(), parameters: [:])
      let loss = try reader.double()
      let last = (step: try reader.int(), loss: try reader.double())
      record.losses = loss.isNaN ? nil : [loss]
      record.last = last.step < 0 ? nil : last
      guard results.contains(record.number), !record.violation.isNaN else { throw HistoryReader.Malformed() }
      return record
    }
    guard records.count <= capacity, threshold >= 0, (0...results.count).contains(prunedCount),
      threshold > 0 || records.count == results.count,
      zip(records, records.dropFirst()).allSatisfy({ $0.number < $1.number })
    else { throw HistoryReader.Malformed() }
    var columns: [String: Distribution] = [:]
    _ = try reader.array(of: 16) { reader throws(HistoryReader.Malformed) in
      let name = try reader.text()
      columns[name] = try reader.distribution()
      let distinct = try reader.array { reader throws(HistoryReader.Malformed) -> Distribution in
        try reader.distribution()
      }
      for index in records.indices {
        let (place, value) = (try reader.int(), try reader.double())
        guard place < distinct.count else { throw HistoryReader.Malformed() }
        if place >= 0 { records[index].parameters[name] = .init(distribution: distinct[place], value: value) }
      }
    }
    restore(records, columns: columns, results: results, prunedCount: prunedCount, threshold: threshold)
  }
}
