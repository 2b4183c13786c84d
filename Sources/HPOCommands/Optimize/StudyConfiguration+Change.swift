import ArgumentParser
import HPO
import Spelling
import StudyConfiguration

extension StudyConfiguration {
  /// Compares the description of a study with the one that it was begun with; what to say where they differ.
  ///
  /// - Parameters:
  ///   - name: The study's.
  ///   - storage: Where the study may be.
  ///   - subject: What is another than before.
  /// - Throws: `SearchSpaceError.incompatible` where a parameter contradicts the study's trials; `ValidationError` where
  ///   they were measured by another metric.
  func change(ofStudy name: String, in storage: any Storage, by subject: String) throws -> String? {
    guard let record = try storage.study(named: name) else { return nil }
    let kept = try storage.document(.configuration, study: record.id)
    guard kept != text else { return nil }
    for (parameter, distribution) in space.distributions {
      let earlier = try storage.distribution(of: parameter, study: record.id)
      try earlier?.checkCompatibility(with: distribution, name: parameter)
    }
    // What only waits has not run with anything. What was asked for and told has run without an objective of the study's, which
    // then may get one.
    let began = try storage.beganTrials(of: record.id)
    if began > 0, record.systemAttributes[StudyRecord.metricNamesKey] != nil, let names = objective?.names,
      !names.isEmpty,
      names != record.metricNames
    {
      throw ValidationError(
        "the study '\(name.inMessage)' has \(counted(began, "trial")) measured by \(record.metricNames.joined(separator: ", ")), "
          + "with which values of \(names.joined(separator: ", ")) do not compare; name another study")
    }
    guard began > 0, kept != nil,
      let earlier = try? StudyConfiguration.kept(with: record, in: storage),
      earlier.objective != nil || earlier.space.distributions != space.distributions
    else { return nil }
    return
      "\(subject) than the one that the \(counted(began, "trial")) before ran with; it is kept with the study beside that one"
  }
}

extension Storage {
  /// Keeps what tells the samples that trials are measured on from others; what to say where those before were others.
  func changeOfSamples(to samples: String, study: Int64) throws -> String? {
    let kept = try document(.samples, study: study)
    guard kept != samples else { return nil }
    try setDocument(.samples, to: samples, study: study)
    let began = try beganTrials(of: study)
    guard kept != nil, began > 0 else { return nil }
    return
      "the data are others than those that the \(counted(began, "trial")) before were measured on, so that values do not "
      + "compare; name another study, or bring the data back"
  }
}
