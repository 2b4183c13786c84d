import CDensities
import OrderedCollections
import RealModule
import SearchSpace
import TestSupport
import Testing

@testable import Samplers
@testable import Trials

@Suite("TPE with many trials")
struct ManyTrialsTests {
  private let space: OrderedDictionary<String, Distribution>

  init() throws {
    space = [
      "x": .float(try FloatDistribution(low: -5, high: 5)),
      "rate": .float(try FloatDistribution(low: 1e-5, high: 1, log: true)),
      "units": .int(try IntDistribution(low: 1, high: 1024, log: true)),
      "step": .float(try FloatDistribution(low: 0, high: 1, step: 0.1)),
      "choice": .categorical(try CategoricalDistribution(["a", "b", "c"])),
    ]
  }

  /// The same trials, all of them kept and as many as usual.
  private func histories(_ count: Int, seed: UInt64) -> (all: TrialHistory, some: TrialHistory) {
    var (all, some) = (
      TrialHistory(directions: [.minimize], capacity: .max), TrialHistory(directions: [.minimize])
    )
    var random = SplitMix64(seed: seed)
    for number in 0..<count {
      var trial = FrozenTrial(id: Int64(number), number: number, state: .complete)
      for (name, distribution) in space {
        trial.parameters[name] = .init(
          distribution: distribution,
          value: RandomSampler.sample(name, distribution, draw: Draw(seed: seed, number: number)))
      }
      let x = trial.parameters["x"]?.value ?? 0
      trial.values = [x * x + random.uniform()]
      all.update(trial)
      some.update(trial)
    }
    return (all, some)
  }

  @Test("Beyond the bound the candidates are those of the rule", arguments: [5000, 9000])
  func candidates(count: Int) throws {
    let (all, some) = histories(count, seed: UInt64(count))
    #expect(all.rows.isExhaustive && !some.rows.isExhaustive)
    let sampler = TPESampler(seed: 1)
    let (exact, bounded) = (
      sampler.estimators(for: space, history: all, number: count),
      sampler.estimators(for: space, history: some, number: count)
    )
    var differences: [Double] = []
    for seed in 0..<20 {
      var (left, right) = (
        Draw(seed: UInt64(seed), number: count).generator(for: "t"),
        Draw(seed: UInt64(seed), number: count).generator(for: "t")
      )
      let points = exact.below.sample(count: 24, using: &left)
      #expect(points.map(Array.init) == bounded.below.sample(count: 24, using: &right).map(Array.init))
      #expect(exact.below.logDensities(at: points) == bounded.below.logDensities(at: points))
      differences += zip(exact.above.logDensities(at: points), bounded.above.logDensities(at: points)).map { $1 - $0 }
    }
    // The sums over the others are estimates: three thousand kernels stand for all that are no leaders.
    let median = differences.map(abs).sorted()[differences.count / 2]
    #expect(median > 0 && median < 1)
    #expect(abs(differences.reduce(0, +) / Double(differences.count)) < 0.3)
  }

  @Test("A kernel of a stepped parameter that is left out where it is negligible changes no density")
  func negligibleKernels() throws {
    let range = try #require(NumericRange(.int(try IntDistribution(low: 1, high: 1000))))
    var random = SplitMix64(seed: 6)
    var places: [Double] = (0..<300).map { _ in Double(1 + random.below(1000)) }
    // A trial of another range, whose centre lies outside.
    places.append(1500)
    for count in [300, 301] {
      let arena = KernelArena()
      var observations = Observations(capacity: count, in: arena)
      for (index, place) in places[..<count].enumerated().sorted(by: { ($0.1, $0.0) < ($1.1, $1.0) }) {
        observations.append(place, kernel: Int32(index))
      }
      var others = Observations(capacity: count, in: arena)
      for index in 0..<count { others.append(Double(index) / Double(count), kernel: Int32(index)) }
      let kernels = NumericKernels(range: range, observations: observations)
      let line = NumericKernels(
        range: try #require(NumericRange(.float(try FloatDistribution(low: 0, high: 1)))), observations: others)
      let estimator = ParzenEstimator(
        dimensions: [.numeric(kernels), .numeric(line)], observationWeights: Array(repeating: 1, count: count),
        in: arena)
      #expect(kernels.areCentred == (count == 300))
      let values = (0..<24).map { _ in Double(1 + random.below(1000)) }
      let positions = (0..<24).map { _ in random.uniform() }
      let found = estimator.logDensities(at: [values, positions])
      for index in values.indices {
        // The sum term by term.
        let sum = (0...count).reduce(0.0) { sum, kernel in
          func mass(_ kernels: NumericKernels, _ from: Double, _ to: Double) -> Double {
            let entry = Int(kernels.entries[kernel])
            var masses = [Double](repeating: 0, count: 8)
            DensityLoops.best.intervalMasses(
              Array(repeating: kernels.centres[entry], count: 8), Array(repeating: kernels.widths[entry], count: 8),
              from, to, &masses, 8)
            return masses[0]
          }
          let cell = range.cell(of: values[index], step: 1)
          let stepped = mass(kernels, cell.left, cell.right) - mass(kernels, range.low, range.high)
          let entry = Int(line.entries[kernel])
          let z = (positions[index] - line.centres[entry]) / line.widths[entry]
          let density = Gaussian.logDensityAtZero - 0.5 * z * z - Double.log(line.widths[entry]) - mass(line, 0, 1)
          return sum + estimator.weights[kernel] * Double.exp(stepped + density)
        }
        #expect(abs(found[index] - Double.log(sum)) < 1e-12)
      }
    }
  }
}
