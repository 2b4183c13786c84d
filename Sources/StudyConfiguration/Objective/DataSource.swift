/// Where the samples of a training come from.
package enum DataSource: Hashable, Sendable {
  case embedded(Embedded)
  case csv(CSV)

  /// A data set within the program.
  package enum Embedded: String, Hashable, Sendable, CaseIterable {
    /// The UCI handwritten digits: 1,797 images of 8 by 8 pixels in ten classes.
    case digits

    /// What a network learns from the data set.
    package var task: Task {
      switch self {
      case .digits: .classification
      }
    }
  }

  /// A file of a user's own.
  package struct CSV: Hashable, Sendable {
    /// The path; a relative one in the file is taken from the folder of the study file.
    package var path: String
    /// The column to predict.
    package var target: String
    /// What a network learns from the file: what it says, else what the metric measures.
    package var task: Task
    /// What separates the fields.
    package var delimiter: Delimiter
    /// What happens to rows in which a value is missing.
    package var missingValues: MissingValues
    /// Columns that are no features.
    package var ignoredColumns: [String]
  }

  /// What a network learns from a data set.
  package enum Task: String, Hashable, Sendable, CaseIterable {
    case classification
    case regression
  }

  /// What separates the fields of a line; `auto` finds it out.
  package enum Delimiter: String, Hashable, Sendable, CaseIterable {
    case auto, comma, semicolon, tab, bar
  }

  /// What happens to rows in which a value is missing.
  package enum MissingValues: String, Hashable, Sendable, CaseIterable {
    /// The first one is an error.
    case reject
    /// They are left out.
    case dropRows
  }

  /// What a network learns from the data.
  package var task: Task {
    switch self {
    case .embedded(let set): set.task
    case .csv(let file): file.task
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

  package init(validation: Double = 0.2, test: Double = 0.2, seed: UInt64 = 0) {
    self.validation = validation
    self.test = test
    self.seed = seed
  }
}
