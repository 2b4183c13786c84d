package import Training

/// Where the samples of a training come from.
package enum DataSource: Hashable, Sendable {
  case embedded(EmbeddedDataset)
  case csv(CSV)
  /// Files that come with a test part.
  case idx(IDXFolder)

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
    case .embedded(.digits), .idx: .classification
    case .csv(let file): file.options.task
    }
  }

  /// Whether the samples come with a test part, so that none is cut off.
  package var hasTest: Bool { if case .idx = self { true } else { false } }

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
    }
  }
}

/// Which fractions of the samples are kept from training.
package struct DataSplit: Hashable, Sendable {
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
}
