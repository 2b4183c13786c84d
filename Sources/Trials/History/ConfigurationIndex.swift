import SearchSpace

/// Finds trials with results by their parameters.
///
/// It is kept with the history (see `TrialHistory.encoded`), since to make it anew takes reading all trials.
struct ConfigurationIndex: Sendable {
  private struct Entry: Comparable {
    let hash: UInt64
    let number: Int32

    init(hash: UInt64, number: Int32) { (self.hash, self.number) = (hash, number) }

    init(_ configuration: HashedConfiguration) {
      self.init(hash: configuration.hash, number: Int32(clamping: configuration.number))
    }

    static func < (a: Entry, b: Entry) -> Bool { a.hash == b.hash ? a.number < b.number : a.hash < b.hash }
  }

  /// What was kept, ascending.
  private var kept: [Entry] = []
  /// What came since: of each hash the lowest number, and the others, ascending, which few hashes have.
  private var first: [UInt64: Int32] = [:]
  private var others: [UInt64: [Int32]] = [:]

  /// Makes the index of the trials whose configurations `reading` hands to its argument, in any order, excluded ones aside.
  ///
  /// - Complexity: O(*n* log *n*).
  init(reading: ((HashedConfiguration) -> Void) throws -> Void) rethrows {
    try reading { if !$0.isExcluded { kept.append(Entry($0)) } }
    kept.sort()
    // Numbers that two trials of a damaged study have.
    if zip(kept, kept.dropFirst()).contains(where: ==) {
      kept = kept.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }
  }

  /// What `body` makes of the first trial for which it makes something, of those that may have the parameters of a trial, by
  /// ascending number; some may only have the same hash.
  func first<Result>(like trial: FrozenTrial, _ body: (Int) throws -> Result?) rethrows -> Result? {
    let hash = HashedConfiguration.hash(trial)
    var place = kept.partitioningIndex { $0.hash >= hash }
    var next = first[hash]
    var rest = others[hash, default: []][...]
    while true {
      let old = place < kept.endIndex && kept[place].hash == hash ? kept[place].number : nil
      guard let number = [old, next].compactMap(\.self).min() else { return nil }
      if number == old { place += 1 }
      if number == next { next = rest.popFirst() }
      if let result = try body(Int(number)) { return result }
    }
  }

  mutating func insert(_ trial: FrozenTrial) {
    let entry = Entry(hash: HashedConfiguration.hash(trial), number: Int32(clamping: trial.number))
    let place = kept.partitioningIndex { $0 >= entry }
    guard place == kept.endIndex || kept[place] != entry else { return }
    guard let lowest = first[entry.hash] else {
      first[entry.hash] = entry.number
      return
    }
    guard entry.number != lowest else { return }
    first[entry.hash] = min(lowest, entry.number)
    let other = max(lowest, entry.number)
    let behind = others[entry.hash]?.partitioningIndex { $0 >= other } ?? 0
    guard others[entry.hash]?.dropFirst(behind).first != other else { return }
    others[entry.hash, default: []].insert(other, at: behind)
  }
}

extension ConfigurationIndex {
  func encode(into writer: inout HistoryWriter) {
    let added =
      first.map { Entry(hash: $0.key, number: $0.value) }
      + others.flatMap { hash, numbers in numbers.map { Entry(hash: hash, number: $0) } }
    writer.write((kept + added.sorted()).sorted()) { writer, entry in
      writer.write(entry.hash)
      writer.write(Int(entry.number))
    }
  }

  init(from reader: inout HistoryReader) throws(HistoryReader.Malformed) {
    kept = try reader.array(of: 16) { reader throws(HistoryReader.Malformed) -> Entry in
      let hash = try reader.unsigned()
      guard let number = Int32(exactly: try reader.int()), number >= 0 else { throw HistoryReader.Malformed() }
      return Entry(hash: hash, number: number)
    }
    guard zip(kept, kept.dropFirst()).allSatisfy({ $0 < $1 }) else { throw HistoryReader.Malformed() }
  }
}
