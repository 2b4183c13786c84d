import ArgumentParser
import HPO
import StudyConfiguration

/// What of a study file cannot be, found where its words meet the data.
struct StudyFileMistake: Error {
  let place: (line: Int, column: Int)?
  let message: String
}

/// An error with the study file in front that describes what cannot be.
private struct NamedError: Error, CustomStringConvertible {
  let description: String
}

extension StudyConfiguration {
  /// Makes what the file describes, and names the file in errors about it.
  ///
  /// - Throws: What `body` throws, with the file's name in front where it is about data, options or the file.
  func naming<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as StudyFileMistake {
      throw ValidationError("\(file):\(error.place.map { "\($0.line):\($0.column):" } ?? "") \(error.message)")
    } catch let error as ValidationError {
      throw ValidationError("\(file): \(error.message)")
    } catch let error as TrainingError {
      throw NamedError(description: "\(file): \(error)")
    } catch let error as DatasetError {
      throw NamedError(description: "\(file): \(error)")
    }
  }
}
