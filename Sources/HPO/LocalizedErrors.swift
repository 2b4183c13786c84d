public import Foundation

// `localizedDescription` of an error is its message; below this module nothing needs Foundation for that.

extension ArchitectureError: LocalizedError {
  /// The message.
  public var errorDescription: String? { message }
}

extension CompressionError: LocalizedError {
  /// The message.
  public var errorDescription: String? { message }
}

extension DatasetError: LocalizedError {
  /// The message, with its place.
  public var errorDescription: String? { description }
}

extension ExecutionError: LocalizedError {
  /// The message.
  public var errorDescription: String? { message }
}

extension GraphError: LocalizedError {
  /// The message.
  public var errorDescription: String? { message }
}

extension JSONError: LocalizedError {
  /// The message.
  public var errorDescription: String? { description }
}

extension ONNXError: LocalizedError {
  /// The message.
  public var errorDescription: String? { message }
}

extension ProgramError: LocalizedError {
  /// The message.
  public var errorDescription: String? { message }
}

extension PrunerError: LocalizedError {
  /// The message.
  public var errorDescription: String? { message }
}

extension SamplerError: LocalizedError {
  /// The message.
  public var errorDescription: String? { message }
}

extension SearchSpaceError: LocalizedError {
  /// The message.
  public var errorDescription: String? { message }
}

extension StorageError: LocalizedError {
  /// The message.
  public var errorDescription: String? { message }
}

extension StudyError: LocalizedError {
  /// The message.
  public var errorDescription: String? { message }
}

extension TrainingError: LocalizedError {
  /// The message.
  public var errorDescription: String? { message }
}
