import HPO
import Samplers
import Testing

@testable import HPOCommands

/// What an interrupted cross-validation goes on from.
@Suite struct FoldResultsTests {
  private func trainer() throws -> Trainer {
    let data = try EmbeddedDataset.digits.load().split(seed: 1).standardized()
    return try Trainer(
      MultilayerPerceptron(hiddenUnits: [4]), data: data, options: TrainingOptions(epochs: 2, seed: 7))
  }

  private func results() -> FoldResults {
    var results = FoldResults()
    results.append(0.1 + 0.2, epoch: 3, test: 1 / 3, diagnosis: .overfitting(since: 17))
    results.append(-.leastNonzeroMagnitude, epoch: 1, test: 0.5, diagnosis: nil)
    return results
  }

  @Test("the folds that are done come back to the bit, with the training of the next one")
  func roundTrip() throws {
    let trainer = try trainer()
    let (decoded, checkpoint) = try FoldResults.decode(results().encoded(in: trainer))
    #expect(decoded == results() && decoded.count == 2)
    #expect(checkpoint == trainer.checkpoint())
  }

  @Test("bytes that are cut off or damaged are refused, and nothing else happens")
  func damage() throws {
    let bytes = try results().encoded(in: trainer())
    for length in Array(0..<300) + [bytes.count - 1] {
      #expect(throws: TrainingError.self) { try FoldResults.decode(Array(bytes.prefix(length))) }
    }
    var generator = Draw(seed: 1, number: 0).generator(for: "damage")
    for _ in 0..<2000 {
      var damaged = bytes
      damaged[generator.uniform(below: 200)] = UInt8(truncatingIfNeeded: generator.next())
      // It may be read or refused, but by an error of its own.
      do throws(TrainingError) { _ = try FoldResults.decode(damaged) } catch {}
    }
    // A checkpoint of a training without folds.
    #expect(throws: TrainingError.self) { try FoldResults.decode(trainer().checkpoint().encoded()) }
  }
}
