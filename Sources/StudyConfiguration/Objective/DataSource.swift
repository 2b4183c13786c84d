package import Training

/// Where the samples of a training come from.
package enum DataSource: Hashable, Sendable {
  case embedded(EmbeddedDataset)
  case csv(CSV)
  /// Files that come with a test part.
  case idx(IDXFolder)
  /// Arrays as NumPy saves them.
  case numpy(NumpyData)

  /// A file of a user's own.
  package struct CSV: Hashable, Sendable {
    /// The path; a relative one in the file is taken from the folder of the study file.
    package var path: String
    /// The column to predict.
    package var target: String
    /// How the file is read; the task is what the file says, else what the metric measures.
    package var options: CSVOptions
  }

  /// What a network learns from the data; nil where the samples tell.
  package var task: DatasetTask? {
    switch self {
    case .embedded(let set): set.task
    case .idx: .classification
    case .csv(let file): file.options.task
    case .numpy(let arrays): arrays.task
    }
  }

  /// Whether a study file may say what the task is.
  package var hasTask: Bool {
    switch self {
    case .csv, .numpy: true
    case .embedded, .idx: false
    }
  }

  /// Whether the samples come with a test part, so that none is cut off.
  package var hasTest: Bool {
    switch self {
    case .idx: true
    case .numpy(let arrays): arrays.testFeatures != nil
    case .embedded, .csv: false
    }
  }

  /// What later files of such samples are read by: the names of columns or arrays, and the delimiter where it was given.
  package var provenance: [String: String] {
    switch self {
    case .csv(let file):
      var known = ["target": file.target]
      if file.options.delimiter != .automatic { known["delimiter"] = file.options.delimiter.rawValue }
      if file.options.missingValues != .reject { known["missingValues"] = file.options.missingValues.rawValue }
      return known
    case .numpy(let arrays):
      guard case .member(let features, _) = arrays.features, case .member(let target, _) = arrays.target else {
        return [:]
      }
      return ["features": features, "target": target]
    case .embedded, .idx: return [:]
    }
  }

  /// Reads the samples, and the test part where there is one.
  ///
  /// - Throws: `DatasetError`.
  package func load() throws(DatasetError) -> (samples: Dataset, test: Dataset?) {
    switch self {
    case .embedded(let set): return (try set.load(), nil)
    case .csv(let file):
      return (try Dataset.csv(file: file.path, target: file.target, options: file.options), nil)
    case .idx(let folder):
      let (training, test) = try folder.load()
      return (training, test)
    case .numpy(let arrays):
      let (samples, test) = try arrays.load()
      return (samples, test)
    }
  }
}

/// Which fractions of the samples are kept from training.
package struct DataSplit: Hashable, Sendable {
  /// The folds of a cross-validation, at least 2, in place of the fraction for validation; nil for none.
  package var folds: Int?
  /// The fraction on which trials are measured, above 0.
  package var validation: Double
  /// The fraction that no trial sees, above 0; both together are below 1.
  package var test: Double
  /// Decides which samples go where.
  package var seed: UInt64

  /// Describes a split; the defaults are those of a study file.
  package init(validation: Double = 0.2, test: Double = 0.2, seed: UInt64 = 0) {
    self.validation = validation
    self.test = test
    self.seed = seed
  }

  /// Cuts samples as described: into one split, or one a fold.
  ///
  /// - Parameters:
  ///   - samples: The samples.
  ///   - own: The test part that comes with them, where there is one.
  /// - Throws: `DatasetError`.
  package func parts(of samples: Dataset, test own: Dataset?) throws(DatasetError) -> DatasetParts {
    let indices =
      switch (folds, own) {
      case (let folds?, let own?): try samples.foldIndices(folds, test: own, seed: seed)
      case (let folds?, nil): try samples.foldIndices(folds, test: test, seed: seed)
      case (nil, let own?): [try samples.splitIndices(validation: validation, test: own, seed: seed)]
      case (nil, nil): [try samples.splitIndices(validation: validation, test: test, seed: seed)]
      }
    return DatasetParts(of: samples, at: indices, test: own)
  }
}
