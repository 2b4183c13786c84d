extension Study {
  /// Opens a study, or makes it: with one objective, by default sampled by TPE and pruned by the median rule.
  ///
  ///     let study = try Study("digits", direction: .maximize, sampler: .tpe(seed: 7), storage: "digits.db")
  ///
  /// - Parameters:
  ///   - name: The name in the storage.
  ///   - direction: What is better.
  ///   - sampler: Proposes parameters; its seed, if it has one, goes before the study's own.
  ///   - pruner: Ends trials early.
  ///   - storage: A path, or `sqlite:///PATH`, of a database that is made where there is none; nil keeps the study in
  ///     memory. The file can be read at any time; `close()` at the end leaves it without a write-ahead log beside it, which
  ///     the dashboards in a browser and in an editor cannot read.
  ///   - duplicates: What becomes of trials whose parameters an earlier one has.
  ///   - policy: What to do where a study of the name exists.
  /// - Throws: `StorageError`; `StudyError.directionsDiffer`.
  public convenience init(
    _ name: String, direction: StudyDirection = .minimize, sampler: any Sampler = .tpe(),
    pruner: any Pruner = .median(),
    storage: String? = nil, duplicates: DuplicatePolicy = .redraw, ifExists policy: ExistingStudyPolicy = .load
  ) throws {
    try self.init(
      name, directions: [direction], sampler: sampler, pruner: pruner, storage: storage, duplicates: duplicates,
      ifExists: policy)
  }

  /// As above with several objectives, which are pruned by the first one where a pruner is named.
  public convenience init(
    _ name: String, directions: [StudyDirection], sampler: any Sampler = .tpe(), pruner: any Pruner = .none,
    storage: String? = nil, duplicates: DuplicatePolicy = .redraw, ifExists policy: ExistingStudyPolicy = .load
  ) throws {
    let opened: any Storage =
      if let storage { try StorageLocation(parsing: storage).open() } else { InMemoryStorage() }
    try self.init(
      name: name, directions: directions, sampler: sampler, pruner: pruner, storage: opened, duplicates: duplicates,
      ifExists: policy)
  }
}
