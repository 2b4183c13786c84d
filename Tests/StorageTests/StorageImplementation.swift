import Foundation
import OrderedCollections
import SQLiteStorage
import TestSupport
import SearchSpace
import Testing
import TrialStorage
import Trials

/// The storages that the contract holds for.
enum StorageImplementation: String, CaseIterable, CustomTestStringConvertible, Sendable {
  case memory
  case file
  /// A file that Optuna made, with its studies deleted.
  case optunaFile

  var testDescription: String { rawValue }

  /// A new storage without a study.
  func make(in folder: TemporaryFolder) throws -> any Storage {
    switch self {
    case .memory: return InMemoryStorage()
    case .file: return try SQLiteStorage(path: folder.file())
    case .optunaFile:
      let storage = try SQLiteStorage(path: folder.file(running: Fixture.text("optuna.sql")))
      for study in try storage.studies() { try storage.deleteStudy(study.id) }
      return storage
    }
  }
}

extension ProcessIdentity {
  /// A process of this host that has ended: none has the number of the idle task.
  static let ended = ProcessIdentity(
    host: current.host, boot: current.boot, process: Int32.max, startTime: current.startTime)
}

/// Distributions of every kind by name.
enum Distributions {
  static let all: OrderedDictionary<String, Distribution> = {
    do {
      return [
        "x": .float(try FloatDistribution(low: -1, high: 1)),
        "rate": .float(try FloatDistribution(low: 1e-5, high: 0.1, log: true)),
        "step": .float(try FloatDistribution(low: 0, high: 1, step: 0.25)),
        "n": .int(try IntDistribution(low: 1, high: 64)),
        "units": .int(try IntDistribution(low: 1, high: 1024, log: true)),
        "even": .int(try IntDistribution(low: 0, high: 10, step: 2)),
        "kind": .categorical(try CategoricalDistribution(["a", nil, true, 3, 2.5])),
      ]
    } catch {
      preconditionFailure("\(error)")
    }
  }()
}

/// Parameters from external values, with the distributions of those names.
func parameters(
  _ values: KeyValuePairs<String, Choice>
) throws -> OrderedDictionary<String, FrozenTrial.Parameter> {
  var result: OrderedDictionary<String, FrozenTrial.Parameter> = [:]
  for (name, value) in values {
    let distribution = try #require(Distributions.all[name])
    result[name] = .init(distribution: distribution, value: try distribution.internal(value))
  }
  return result
}

/// A study's trial that was started by this process.
func started(_ storage: any Storage, _ study: Int64, owner: ProcessIdentity = .current) throws -> FrozenTrial {
  try #require(try storage.startTrial(study: study, owner: owner, limit: nil))
}

/// Checks that `body` throws a storage error of that code, and returns its message.
@discardableResult
func expectError(
  _ code: StorageError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> String {
  do {
    try body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch let error as StorageError {
    #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    return error.message
  } catch {
    Issue.record("\(error) was thrown", sourceLocation: sourceLocation)
  }
  return ""
}
