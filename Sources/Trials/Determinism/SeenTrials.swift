import OrderedCollections
package import SearchSpace

/// The finished trials from which a trial of a deterministic study was suggested and by which it is pruned: those of the
/// lowest numbers, without some that were excluded at the time.
///
/// It is written down as the trial starts, so that the trial sees the same when it goes on later, in whatever process, and
/// so that whoever reads the study can derive the trial again.
package struct SeenTrials: Sendable, Hashable {
  /// The trials 0 ..< `count` were seen.
  package var count: Int
  /// The numbers of trials that were excluded as this one started, ascending; some may lie at or above `count`.
  package var without: [Int]
  /// What the seen trials were, excluded ones included; see `StudyDigest`.
  package var digest: Checksum
  /// What the search was described by: sampler, pruner, study file.
  package var search: Checksum

  package init(count: Int, without: [Int], digest: Checksum, search: Checksum) {
    self.count = count
    self.without = without
    self.digest = digest
    self.search = search
  }

  /// Whether a trial is among those that were seen and counted.
  package func contains(_ number: Int) -> Bool { number < count && !without.contains(number) }

  package var json: JSONValue {
    var json: JSONValue = ["count": .int(count), "digest": digest.json, "search": search.json]
    if case .object(var members) = json, !without.isEmpty {
      members["without"] = .array(without.map(JSONValue.int))
      json = .object(members)
    }
    return json
  }

  /// Nil for what is no such record.
  package init?(json: JSONValue) {
    guard let count = json["count"]?.intValue, count >= 0, let digest = json["digest"].flatMap(Checksum.init(json:)),
      let search = json["search"].flatMap(Checksum.init(json:))
    else { return nil }
    self.init(
      count: count, without: (json["without"]?.arrayValue ?? []).compactMap(\.intValue), digest: digest, search: search)
  }
}

extension FrozenTrial {
  /// The system attribute with what a trial of a deterministic study saw.
  package static let seenKey = "hpo:seen"
  /// The system attribute with what a finished trial of a deterministic study was.
  package static let sealKey = "hpo:seal"
  /// The system attribute with the attempts whose draws were accepted after others were refused.
  package static let attemptsKey = "hpo:attempts"

  /// What the trial saw, where that is on record.
  package var seen: SeenTrials? { systemAttributes[Self.seenKey].flatMap(SeenTrials.init(json:)) }

  /// Whether a system attribute says how the trial of one number of one study came about, which is not so of its copies.
  package static func isOfOneNumber(attribute key: String) -> Bool {
    [seenKey, sealKey, attemptsKey, redrawsKey, folderKey].contains(key)
  }
}
