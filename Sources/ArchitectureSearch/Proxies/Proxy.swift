import Graphs
import Samplers
public import Training

/// A score that tells without training, roughly, which architectures will do well.
public enum Proxy: String, Hashable, Sendable, CaseIterable {
  /// The number of trained numbers.
  case parameters
  /// The multiplications with an addition.
  case macs
  /// See `SynapticFlow`.
  case synflow
  /// See `ActivationPatterns`.
  case naswot

  /// The score of an architecture, of which more is better.
  ///
  /// - Parameters:
  ///   - architecture: What is scored.
  ///   - samples: A mini-batch of the training samples, which NASWOT looks at.
  ///   - seed: What weights are drawn from.
  /// - Throws: `ArchitectureError` of code `unsupported` where the score is not defined for the network.
  public func score(of architecture: Architecture, samples: Dataset, seed: UInt64) throws -> Double {
    switch self {
    case .parameters: Double(architecture.footprint.parameters)
    case .macs: Double(architecture.footprint.multiplyAccumulates)
    case .synflow: try SynapticFlow.logScore(of: architecture, seed: seed)
    case .naswot: try ActivationPatterns.score(of: architecture, samples: samples, seed: seed)
    }
  }
}

/// Architectures to begin a search with: the best of many random ones by the vote of some proxies.
///
/// Each proxy ranks all candidates, and the mean of its ranks orders them (Abdelfattah, Mehrotra, Dudziak, Lane 2021,
/// arXiv:2101.08134, vote by ranks). Proxies find the better half of a space and not its best; so they fill the first
/// generation and decide nothing after it.
public struct WarmUp: Hashable, Sendable {
  /// How many random architectures are scored.
  public var candidates: Int
  /// How many of them the search begins with.
  public var keep: Int
  /// What votes.
  public var proxies: [Proxy]

  /// Describes a warm-up.
  public init(candidates: Int = 200, keep: Int = 10, proxies: [Proxy] = Proxy.allCases) {
    self.candidates = candidates
    self.keep = keep
    self.proxies = proxies
  }

  /// What a warm-up found.
  public struct Result: Sendable {
    /// The architectures to begin with, the best first.
    public let chosen: [MeasuredCosts]
    /// The proxies that abstained since they are not defined for a network of the space, with the reasons.
    public let abstentions: [(proxy: Proxy, reason: String)]
  }

  /// The architectures to begin with, the best first; different networks, and all within the limits.
  ///
  /// A proxy that is not defined for one of the candidates ranks none of them: its ranks would compare others only.
  ///
  /// - Parameters:
  ///   - space: What they are drawn from.
  ///   - outputWidth: The number of outputs: one a class, or one for a value.
  ///   - limits: What they may cost.
  ///   - samples: A mini-batch of the training samples.
  ///   - seed: What everything random derives from; the same seed gives the same architectures.
  /// - Throws: `ArchitectureError`; of code `noneWithinLimits` where fifty times as many draws as candidates find none.
  public func architectures(
    of space: some ArchitectureSpace, outputWidth: Int, limits: CostLimits, samples: Dataset, seed: UInt64
  ) throws -> Result {
    var generator = Draw(seed: seed, number: 0).generator(for: "warm-up")
    var found: [MeasuredCosts] = []
    var hashes: Set<String> = []
    for _ in 0..<50 * candidates where found.count < candidates {
      let architecture = try space.randomArchitecture(
        featureShape: samples.featureShape, outputWidth: outputWidth, using: &generator)
      var costs = MeasuredCosts(of: architecture)
      guard try limits.broken(by: &costs) == nil, try hashes.insert(architecture.networkHash).inserted else { continue }
      found.append(costs)
    }
    guard !found.isEmpty else {
      throw ArchitectureError(
        .noneWithinLimits, "none of \(50 * candidates) random architectures keeps the limits")
    }
    var scores: [[Double]] = []
    var abstentions: [(proxy: Proxy, reason: String)] = []
    for proxy in proxies {
      do {
        scores.append(try found.map { try proxy.score(of: $0.architecture, samples: samples, seed: seed) })
      } catch let error as ArchitectureError where error.code == .unsupported {
        abstentions.append((proxy, error.message))
      }
    }
    let order = scores.isEmpty ? Array(found.indices) : Self.vote(scores)
    return Result(chosen: order.prefix(keep).map { found[$0] }, abstentions: abstentions)
  }

  /// The candidates in the order of the mean of their ranks, the best first; of equal ones the first.
  ///
  /// - Parameter scores: For each proxy, a score a candidate.
  static func vote(_ scores: [[Double]]) -> [Int] {
    guard let count = scores.first?.count else { return [] }
    var sums = [Double](repeating: 0, count: count)
    for column in scores {
      for (candidate, rank) in ranks(of: column).enumerated() { sums[candidate] += rank }
    }
    return sums.indices.sorted { (sums[$0], $0) < (sums[$1], $1) }
  }

  /// The rank of each score, 0 for the greatest; equal ones share the mean of theirs.
  private static func ranks(of scores: [Double]) -> [Double] {
    let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    var ranks = [Double](repeating: 0, count: scores.count)
    var start = 0
    while start < order.count {
      var end = start
      while end + 1 < order.count, scores[order[end + 1]] == scores[order[start]] { end += 1 }
      for place in start...end { ranks[order[place]] = Double(start + end) / 2 }
      start = end + 1
    }
    return ranks
  }
}
