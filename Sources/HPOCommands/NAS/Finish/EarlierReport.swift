import ArgumentParser
import Foundation
import HPO
import OrderedCollections
import Spelling

/// The report that earlier calls have left in the folder of finished models, so that the next one adds to it.
struct EarlierReport {
  /// `report.json`.
  let path: String
  let study: String
  let sources: ArchitectureSources
  /// The complete trials of the study.
  let trials: [FrozenTrial]

  /// The most bytes of a report.
  private static let largestFile = 1 << 26

  /// What was finished of other trials; nothing where there is no report.
  ///
  /// - Parameter numbers: The trials whose results are made anew.
  /// - Throws: `ValidationError` where the report cannot be read or is of another search, with the way out.
  func results(butOf numbers: [Int]) throws -> [FinishResult] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    let text = String(decoding: try RegularFile.read(path, atMost: Self.largestFile), as: UTF8.self)
    let document: JSONValue
    do { document = try JSONValue(parsing: text) } catch { throw refusal("the report is damaged: \(error)") }
    guard let name = document["study"]?.stringValue, let results = document["results"]?.arrayValue else {
      throw refusal("this is no report of finished models")
    }
    guard name == study else { throw refusal("the folder holds models of the study '\(name.inMessage)'") }
    return try results.compactMap { result in
      guard let number = result["trial"]?.intValue else {
        throw refusal("the report is damaged: a trial has no number")
      }
      guard !numbers.contains(number) else { return nil }
      guard let trial = trials.first(where: { $0.number == number }),
        trial.userAttributes[ArchitectureCandidates.architectureKey] == result["architecture"]
      else { throw refusal("the report holds trial \(number) of another search of this name") }
      guard let known = FinishResult(json: result, architecture: try sources.architecture(of: trial)) else {
        throw refusal("the report is damaged: what it says of trial \(number) is not whole")
      }
      return known
    }
  }

  private func refusal(_ reason: String) -> ValidationError {
    ValidationError("\(path): \(reason); --output names another folder, or move this file away to begin a new report")
  }
}
