import HPO
import OrderedCollections
import StudyConfiguration

extension StudyConfiguration {
  /// Opens the study that the file describes, or makes it; the file is kept with it.
  func openStudy(
    named name: String, search: SearchOptions, in storage: any Storage, ifExists policy: Study.ExistingStudyPolicy
  ) throws -> Study {
    let study = try Study(
      name: name, directions: directions, sampler: search.sampler(sampler, space: space), pruner: search.pruner(pruner),
      storage: storage, ifExists: policy)
    let record = try storage.existingStudy(named: name)
    if try storage.document(.configuration, study: record.id) != text {
      try storage.setDocument(.configuration, to: text, study: record.id)
    }
    if let metric = objective?.training?.metric.rawValue, record.systemAttributes[StudyRecord.metricNamesKey] == nil {
      try storage.setStudyAttribute(
        StudyRecord.metricNamesKey, to: [.string(metric)], kind: .system, study: record.id)
    }
    return study
  }
}
