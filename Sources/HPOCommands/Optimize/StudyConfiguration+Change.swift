import HPO
import StudyConfiguration

extension StudyConfiguration {
  /// Compares the description of a study with the one that it was begun with; what to say where they differ.
  ///
  /// - Parameters:
  ///   - name: The study's.
  ///   - storage: Where the study may be.
  ///   - subject: What is another than before.
  /// - Throws: `SearchSpaceError.incompatible` where a parameter contradicts the study's trials.
  func change(ofStudy name: String, in storage: any Storage, by subject: String) throws -> String? {
    guard let record = try storage.study(named: name) else { return nil }
    let kept = try storage.document(.configuration, study: record.id)
    guard kept != text else { return nil }
    for (parameter, distribution) in space.distributions {
      let earlier = try storage.distribution(of: parameter, study: record.id)
      try earlier?.checkCompatibility(with: distribution, name: parameter)
    }
    let counts = try storage.counts(study: record.id)
    let count = counts.values.reduce(0, +)
    // What only waits has not run with anything. What was asked for and told has run without an objective of the study's, which
    // then may get one.
    guard count > counts[.waiting] ?? 0, kept != nil,
      let earlier = try? StudyConfiguration.kept(with: record, in: storage),
      earlier.objective != nil || earlier.space.distributions != space.distributions
    else { return nil }
    return "\(subject) than the one that trials 0 to \(count - 1) ran with; it is kept from now on"
  }
}
