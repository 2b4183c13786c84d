import Samplers
import SearchSpace

extension DescribedSpace {
  /// Builds random architectures, and tells what is wrong with the description where it contradicts itself, or where not one
  /// of them can be built.
  ///
  /// - Parameters:
  ///   - featureShape: The shape of a sample's features.
  ///   - outputWidth: The number of outputs.
  ///   - count: How many are drawn.
  /// - Returns: The mistake, with its place in the text where it is that of a step; nil where there is none.
  package func mistake(featureShape: [Int], outputWidth: Int, count: Int = 64) -> ArchitectureError? {
    var refusal: ArchitectureError?
    var isPossible = false
    for number in 0..<count {
      var generator = Draw(seed: 0, number: number).generator(for: "description")
      do {
        _ = try architecture(featureShape: featureShape, outputWidth: outputWidth) { _, distribution in
          try distribution.external(distribution.value(atQuantile: generator.uniform()))
        }
        isPossible = true
      } catch let error as ArchitectureError where error.code == .rejected {
        refusal = refusal ?? error
      } catch let error as ArchitectureError {
        return error
      } catch {
        return ArchitectureError(.invalidSpace, "\(error)")
      }
    }
    // What cannot be built is drawn anew, as long as there are others.
    return isPossible ? nil : refusal
  }
}
