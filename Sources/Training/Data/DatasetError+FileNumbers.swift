import Execution

extension DatasetError {
  /// The copies of a data set's features that are there at a time: as read, in parts, and standardized.
  private static let copyCount = 3

  /// Refuses samples for which there is no memory.
  ///
  /// - Parameter count: The numbers of all samples.
  /// - Throws: `DatasetError` of code `tooLarge`.
  static func requireMemory(numbers count: Int, source: String) throws(DatasetError) {
    try requireMemory(
      bytes: copyCount * count * MemoryLayout<Float>.stride,
      for: "its \(count) numbers, as read, split and standardized,",
      source: source)
  }

  /// Refuses what there is no memory for.
  ///
  /// - Throws: `DatasetError` of code `tooLarge`.
  static func requireMemory(bytes: Int, for needs: String, source: String) throws(DatasetError) {
    do throws(ExecutionError) {
      try AvailableMemory.require(bytes: bytes, for: needs, wayOut: "take fewer samples, or fewer jobs at a time")
    } catch { throw DatasetError(.tooLarge, error.message, source: source) }
  }

  /// Refuses numbers of a file that are not finite, or so large that they cannot be standardized.
  ///
  /// - Parameters:
  ///   - elements: The numbers in the order of the file.
  ///   - width: The bytes of each.
  ///   - start: The byte of the first.
  /// - Throws: `DatasetError` of code `notFinite` naming the byte.
  static func requireFinite(
    _ elements: [Float], width: Int, start: Int, source: String
  ) throws(DatasetError) {
    let limit = Float(SinglePrecision.largestMagnitude)
    guard let index = elements.firstIndex(where: { !(abs($0) <= limit) }) else { return }
    throw DatasetError(
      .notFinite,
      "element \(index), at byte \(start + index * width), is \(elements[index]) as a 32-bit number; only numbers within "
        + "±\(SinglePrecision.largestMagnitude) can be standardized",
      source: source)
  }
}
