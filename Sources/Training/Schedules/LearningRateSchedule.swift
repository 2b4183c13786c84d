import RealModule

/// How the learning rate changes over a training.
///
/// A schedule is a function of the number of the step or the epoch, so that a training goes on from any of them. The
/// values are those of PyTorch's schedulers of the same names.
public struct LearningRateSchedule: Hashable, Sendable {
  /// The course after the warm-up. Below, b is the optimizer's own rate, i the index from 0 and n the number of all.
  public enum Course: Hashable, Sendable {
    /// b.
    case constant
    /// b factor^⌊i / every⌋, by epochs.
    case step(every: Int, factor: Double)
    /// b factorⁱ, by epochs.
    case exponential(factor: Double)
    /// m + (b - m) (1 + cos(π i / n)) / 2 from b down to the minimum m, by steps (Loshchilov and Hutter 2017,
    /// arXiv:1608.03983, eq. 5).
    case cosine(minimum: Double)
    /// The cosine again and again, by epochs: over `period` of them first, then `multiplier` times as many each time.
    case warmRestarts(period: Int, multiplier: Int, minimum: Double)
    /// From b / divisor up to b over the fraction `rise` of the steps and down to b / divisor / finalDivisor over the
    /// rest, by half cosines (Smith and Topin 2018, arXiv:1708.07120).
    case oneCycle(rise: Double, divisor: Double, finalDivisor: Double)
  }

  /// The course after the warm-up.
  public var course: Course

  /// The fraction of the training over which the rate first rises in a straight line, in 0..<1.
  public var warmup: Double

  /// The fraction of the rate that the warm-up begins with, above 0 and at most 1.
  public var warmupStart: Double

  /// Makes a schedule.
  public init(_ course: Course = .constant, warmup: Double = 0, warmupStart: Double = 0.01) {
    self.course = course
    self.warmup = warmup
    self.warmupStart = warmupStart
  }

  /// The same rate throughout.
  public static let constant = LearningRateSchedule()

  /// Whether the course goes by epochs; else it goes by steps.
  public var isByEpoch: Bool {
    switch course {
    case .step, .exponential, .warmRestarts: true
    case .constant, .cosine, .oneCycle: false
    }
  }

  /// The steps, or by epochs the epochs, of the warm-up.
  ///
  /// - Parameter count: The number of all of them.
  func warmupCount(of count: Int) -> Int { Int((warmup * Double(count)).rounded()) }

  /// The rate at an index.
  ///
  /// - Parameters:
  ///   - index: The number of the step, or by epochs of the epoch, from 0.
  ///   - count: The number of all of them.
  ///   - base: The optimizer's own rate.
  public func rate(at index: Int, of count: Int, base: Double) -> Double {
    let rising = warmupCount(of: count)
    if index < rising {
      return base * (warmupStart + (1 - warmupStart) * Double(index) / Double(rising))
    }
    return course.rate(at: index - rising, of: count - rising, base: base)
  }
}

extension LearningRateSchedule.Course {
  fileprivate func rate(at index: Int, of count: Int, base: Double) -> Double {
    switch self {
    case .constant:
      return base
    case .step(let every, let factor):
      return base * .pow(factor, index / every)
    case .exponential(let factor):
      return base * .pow(factor, index)
    case .cosine(let minimum):
      return Self.cosine(from: base, to: minimum, Double(index) / Double(count))
    case .warmRestarts(let period, let multiplier, let minimum):
      var (start, length) = (0, period)
      while index >= start + length {
        start += length
        length *= multiplier
      }
      return Self.cosine(from: base, to: minimum, Double(index - start) / Double(length))
    case .oneCycle(let rise, let divisor, let finalDivisor):
      let (peak, last) = (rise * Double(count) - 1, Double(count - 1))
      let (start, place) = (base / divisor, Double(index))
      if place == peak { return base }
      return place < peak
        ? Self.cosine(from: start, to: base, place / peak)
        : Self.cosine(from: base, to: start / finalDivisor, (place - peak) / (last - peak))
    }
  }

  /// Half a cosine from one rate to another.
  private static func cosine(from first: Double, to last: Double, _ fraction: Double) -> Double {
    last + (first - last) * (1 + .cos(.pi * fraction)) / 2
  }
}
