extension LearningRateSchedule {
  /// What is wrong with the numbers; nil for nothing.
  var fault: String? {
    guard warmup >= 0, warmup < 1, warmupStart > 0, warmupStart <= 1 else {
      return
        "the warm-up takes \(warmup) of the training from \(warmupStart) of the rate on; these must be in 0..<1 and above "
        + "0 and at most 1"
    }
    return course.fault
  }
}

extension LearningRateSchedule.Course {
  fileprivate var fault: String? {
    func isRate(_ number: Double) -> Bool { number >= 0 && number.isFinite }
    func isFactor(_ number: Double) -> Bool { number > 0 && number.isFinite }
    switch self {
    case .constant: return nil
    case .step(let every, let factor):
      return every >= 1 && isFactor(factor)
        ? nil : "the rate is multiplied by \(factor) every \(every) epochs; both must be above 0"
    case .exponential(let factor):
      return isFactor(factor) ? nil : "the rate is multiplied by \(factor) each epoch; that must be above 0"
    case .cosine(let minimum):
      return isRate(minimum) ? nil : "the least rate of the cosine is \(minimum); it must be 0 or more"
    case .warmRestarts(let period, let multiplier, let minimum):
      return period >= 1 && multiplier >= 1 && isRate(minimum)
        ? nil
        : "the warm restarts have a period of \(period) epochs, a multiplier of \(multiplier) and a least rate of \(minimum); "
          + "the first two must be 1 or more, the last 0 or more"
    case .oneCycle(let rise, let divisor, let finalDivisor):
      return rise >= 0 && rise <= 1 && isFactor(divisor) && isFactor(finalDivisor)
        ? nil
        : "the cycle rises over \(rise) of the steps and divides the rate by \(divisor) and \(finalDivisor); the first must be "
          + "in 0...1, the others above 0"
    }
  }
}

extension PlateauReduction {
  /// What is wrong with the numbers; nil for nothing.
  var fault: String? {
    factor >= 0 && factor < 1 && patience >= 0 && threshold >= 0 && cooldown >= 0 && minimum >= 0 && minimum.isFinite
      ? nil
      : "the plateau multiplies the rate by \(factor) after \(patience) epochs without a value better by \(threshold), waits "
        + "\(cooldown) epochs and stays above \(minimum); the factor must be in 0..<1, the others 0 or more"
  }
}
