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
  /// - Throws: `SearchSpaceError.incompatible` where a parameter contradicts the study's trials; `ValidationError` where the
  ///   study measures by another metric.
  func change(ofStudy name: String, in storage: any Storage, by subject: String) throws -> String? {
    guard let record = try storage.study(named: name) else { return nil }
    let kept = try storage.document(.configuration, study: record.id)
    guard kept != text else { return nil }
    for (parameter, distribution) in space.distributions {
      let earlier = try storage.distribution(of: parameter, study: record.id)
      try earlier?.checkCompatibility(with: distribution, name: parameter)
    }
    let earlier = try? StudyConfiguration.kept(with: record, in: storage)
    if let names = objective?.names, objective?.training != nil, !names.isEmpty, names != earlier?.objective?.names,
      record.systemAttributes[StudyRecord.metricNamesKey] != nil, names != record.metricNames
    {
      throw ValidationError(
        "the study '\(name.inMessage)' exists with the metric \(record.metricNames.joined(separator: ", ")), with which "
          + "values of \(names.joined(separator: ", ")) do not compare; name another study")
    }
    // What only waits has not run with anything. What was asked for and told has run without an objective of the study's, which
    // then may get one.
    let began = try storage.beganTrials(of: record.id)
    guard began > 0, let earlier, earlier.objective != nil || earlier.space.distributions != space.distributions
    else { return nil }
    return "\(subject) than the one that the \(counted(began, "trial")) before ran with; it is kept from now on"
  }
}

extension Storage {
  /// How many trials of a study have begun and count, in whatever state they are now.
  func beganTrials(of study: Int64) throws -> Int {
    let counts = try counts(study: study)
    return counts.values.reduce(0, +) - (counts[.waiting] ?? 0)
  }

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
