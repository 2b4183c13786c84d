import ArgumentParser
import HPO
import StudyConfiguration

extension Study {
  /// A study that exists, with the sampler and the pruner that it was described with.
  convenience init(kept record: StudyRecord, in storage: any Storage) throws {
    let search = try SearchOptions.parse([]).completed(
      by: storage.document(.search, study: record.id), ofStudy: record.name, for: nil)
    guard try storage.document(.configuration, study: record.id) != nil else {
      try self.init(
        name: record.name, directions: record.directions, sampler: RandomSampler(seed: search.seed),
        pruner: NopPruner(), storage: storage, duplicates: search.duplicates(nil))
      return
    }
    let configuration = try StudyConfiguration.kept(with: record, in: storage)
    try self.init(
      name: record.name, directions: record.directions,
      sampler: search.sampler(configuration.sampler, space: configuration.space),
      pruner: search.pruner(configuration.pruner), storage: storage,
      duplicates: search.duplicates(configuration.duplicates))
  }
}
