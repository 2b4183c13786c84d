import Graphs
import OrderedCollections
import SearchSpace
import TestSupport
import Testing
import Training

@testable import Compression

/// Ranges and steps against what NumPy finds from the numbers themselves (`Fixtures/generate_ranges.py`).
@Suite("Ranges of numbers")
struct RangeEstimationTests {
  private struct Case {
    let name: String
    let numbers: [Float]
    let members: JSONValue
  }

  private static func cases() throws -> [Case] {
    let cases = try #require(try Fixture.json("ranges.json")["cases"]).elements
    #expect(cases.count == 4)
    return try cases.map {
      Case(
        name: try #require($0["name"]?.stringValue), numbers: ($0["numbers"] ?? .null).doubles.map { Float($0) },
        members: $0)
    }
  }

  private func histogram(of numbers: [Float]) -> ValueHistogram {
    var histogram = ValueHistogram()
    // In two parts, as batches come.
    for pass in [true, false] {
      numbers.withUnsafeBufferPointer { all in
        for part in [UnsafeBufferPointer(rebasing: all[..<700]), UnsafeBufferPointer(rebasing: all[700...])] {
          if pass { histogram.extend(by: part) } else { histogram.count(part) }
        }
      }
    }
    return histogram
  }

  @Test("by percentiles leave out as many as NumPy does, to a bin of the histogram")
  func percentiles() throws {
    for known in try Self.cases() {
      let histogram = histogram(of: known.numbers)
      let bin = Double(histogram.high - histogram.low) / Double(ValueHistogram.binCount)
      guard case .object(let percentiles)? = known.members["percentiles"] else { throw Missing() }
      #expect(percentiles.count == 4)
      for (text, ends) in percentiles {
        let range = histogram.range(by: .percentile(try #require(Double(text))))
        #expect(abs(Double(range.low) - ends.doubles[0]) <= 1.01 * bin, "\(known.name), \(text) %")
        #expect(abs(Double(range.high) - ends.doubles[1]) <= 1.01 * bin, "\(known.name), \(text) %")
      }
      let all = histogram.range(by: .minMax)
      #expect(all.low == known.numbers.min() && all.high == known.numbers.max())
    }
  }

  @Test("by least error leave as little as NumPy's search")
  func leastError() throws {
    var isCloser = 0
    for known in try Self.cases() {
      let range = histogram(of: known.numbers).range(by: .meanSquaredError)
      let quantization = AffineQuantization(covering: range.low, range.high)
      let error = known.numbers.reduce(0.0) { sum, number in
        let difference = Double(quantization.dequantize(quantization.quantize(number))) - Double(number)
        return sum + difference * difference
      }
      let least = try #require(known.members["leastError"]?.doubleValue)
      let whole = try #require(known.members["wholeError"]?.doubleValue)
      #expect(error <= 1.02 * least, "\(known.name): \(error), least \(least)")
      if least < whole { isCloser += 1 }
    }
    #expect(isCloser > 0, "one of the sets must gain by a smaller range")
  }

  @Test("of weights have NumPy's steps, whose error is near the least of all steps", arguments: [2, 3, 4, 8])
  func weights(bits: Int) throws {
    for known in try Self.cases() {
      let shape: Shape = [1, known.numbers.count]
      let expected = try #require(known.members["weights"]?["\(bits)"])
      func scale(_ estimator: RangeEstimator, isPerChannel: Bool) -> Double {
        let quantizer = WeightQuantizer(bits: bits, estimator: estimator, isPerChannel: isPerChannel)
        return Double(quantizer.quantization(of: known.numbers, shape: shape, smallest: [0]).scales[0])
      }
      let (step, error, least) = (
        try #require(expected["scale"]?.doubleValue), try #require(expected["error"]?.doubleValue),
        try #require(expected["least"]?.doubleValue)
      )
      for isPerChannel in [true, false] {
        #expect(abs(scale(.meanSquaredError, isPerChannel: isPerChannel) / step - 1) < 1e-5, "\(known.name)")
      }
      #expect(error < 1.05 * least, "\(known.name): the search is fine enough")
      let extent = known.numbers.reduce(0) { max($0, abs($1)) }
      #expect(scale(.minMax, isPerChannel: true) == Double(extent / Float((1 << (bits - 1)) - 1)))
    }
  }

  @Test("of weights are found channel by channel, or for all together")
  func channels() throws {
    // [out, in]: each row is ten times the one before.
    let weights: [Float] = [0.1, -0.2, 0.3, 1, -2, 3, 10, -20, 30]
    func scales(_ isPerChannel: Bool) -> [Float] {
      WeightQuantizer(bits: 8, estimator: .minMax, isPerChannel: isPerChannel)
        .quantization(of: weights, shape: [3, 3], smallest: [0, 0, 0]).scales
    }
    #expect(scales(true) == [0.3 / 127, 3 / 127, 30 / 127] && scales(false) == [30 / 127])
  }

  private struct Missing: Error {}
}
