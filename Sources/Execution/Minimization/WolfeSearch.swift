/// The search along a direction for a step that meets the strong Wolfe conditions, by the method of Moré and Thuente 1994
/// (https://doi.org/10.1145/192115.192132).
///
/// With φ(α) the function along the direction, the conditions are φ(α) ≤ φ(0) + c₁ α φ'(0) and |φ'(α)| ≤ c₂ |φ'(0)|. The
/// search keeps an interval that holds such a step once one end is found, and moves by the minima of cubic and quadratic
/// functions through what it has seen.
struct WolfeSearch: Sendable, Hashable {
  /// c₁, in 0..<1.
  var sufficientDecrease: Double
  /// c₂, in 0..<1.
  var curvature: Double
  /// The width of the interval, as a fraction of its end, at which the search ends.
  var intervalTolerance: Double
  /// The steps that are tried.
  var range: ClosedRange<Double>
  /// The most evaluations.
  var evaluations: Int

  /// A step with the function's value and slope there.
  struct Point: Sendable, Hashable {
    var step: Double
    var value: Double
    var slope: Double
  }

  /// Finds a step.
  ///
  /// - Parameters:
  ///   - start: The value and slope of the function at step 0; the slope is below 0.
  ///   - first: The step that is tried first, above 0.
  ///   - evaluate: The value and slope at a step.
  /// - Returns: The step that was evaluated last, or nil where none of them lies lower than the start.
  func run(
    from start: Point, first: Double, _ evaluate: (_ step: Double) throws -> Point
  ) throws -> Point? {
    var interval = WolfeInterval(start: start, search: self)
    var step = min(max(first, range.lowerBound), range.upperBound)
    interval.limit = 0...(5 * step)
    for _ in 0..<evaluations {
      let point = try evaluate(step)
      guard point.value.isFinite, point.slope.isFinite else {
        // Beyond where the function is defined: back towards the best step.
        step = interval.best.step + (step - interval.best.step) / 10
        continue
      }
      if isMet(point, start) { return point }
      if interval.cannotImprove(on: point, start) { return point.value < start.value ? point : nil }
      step = interval.next(after: point, start)
    }
    return nil
  }

  /// Whether both conditions hold.
  private func isMet(_ point: Point, _ start: Point) -> Bool {
    point.value <= start.value + point.step * sufficientDecrease * start.slope
      && abs(point.slope) <= curvature * -start.slope
  }
}

/// What a search along a line knows: the best step, the other end, and whether a minimum lies between them.
private struct WolfeInterval {
  let search: WolfeSearch
  /// The lowest step so far.
  var best: WolfeSearch.Point
  /// The other end.
  var other: WolfeSearch.Point
  /// Whether a step that meets the conditions lies between the two.
  var isBracketed = false
  /// Where the next step may lie.
  var limit = 0.0...0.0

  /// Whether the function ψ(α) = φ(α) - φ(0) - c₁ α φ'(0) has been seen below 0 with a rising φ; from then on φ itself is
  /// searched (section 3 of the paper).
  private var isSecondStage = false
  private var width: Double
  private var earlierWidth: Double

  init(start: WolfeSearch.Point, search: WolfeSearch) {
    self.search = search
    best = WolfeSearch.Point(step: 0, value: start.value, slope: start.slope)
    other = best
    width = search.range.upperBound - search.range.lowerBound
    earlierWidth = 2 * width
  }

  /// Whether the interval is as small as it gets, or the end of the range is reached.
  func cannotImprove(on point: WolfeSearch.Point, _ start: WolfeSearch.Point) -> Bool {
    let descent = search.sufficientDecrease * start.slope
    let isLow = point.value <= start.value + point.step * descent
    if isBracketed {
      if point.step <= limit.lowerBound || point.step >= limit.upperBound { return true }
      if limit.upperBound - limit.lowerBound <= search.intervalTolerance * limit.upperBound { return true }
    }
    if point.step == search.range.upperBound, isLow, point.slope <= descent { return true }
    return point.step == search.range.lowerBound && (!isLow || point.slope >= descent)
  }

  /// Takes in a step and returns the next one.
  mutating func next(after point: WolfeSearch.Point, _ start: WolfeSearch.Point) -> Double {
    let descent = search.sufficientDecrease * start.slope
    let isLow = point.value <= start.value + point.step * descent
    if isLow, point.slope >= 0 { isSecondStage = true }

    var step: Double
    if !isSecondStage, point.value <= best.value, !isLow {
      // Lower, but not low enough: ψ leads to steps that are.
      best = best.tilted(by: -descent)
      other = other.tilted(by: -descent)
      step = narrow(by: point.tilted(by: -descent))
      best = best.tilted(by: descent)
      other = other.tilted(by: descent)
    } else {
      step = narrow(by: point)
    }

    if isBracketed {
      // An interval that does not shrink by a third in two steps is halved.
      if abs(other.step - best.step) >= 0.66 * earlierWidth { step = best.step + (other.step - best.step) / 2 }
      earlierWidth = width
      width = abs(other.step - best.step)
      limit = min(best.step, other.step)...max(best.step, other.step)
    } else {
      let (near, far) = (step + 1.1 * (step - best.step), step + 4 * (step - best.step))
      limit = min(near, far)...max(near, far)
    }
    step = min(max(step, search.range.lowerBound), search.range.upperBound)
    if isBracketed {
      let isAtEnd = step <= limit.lowerBound || step >= limit.upperBound
      if isAtEnd || limit.upperBound - limit.lowerBound <= search.intervalTolerance * limit.upperBound {
        step = best.step
      }
    }
    return step
  }

  /// Chooses the next step by cubic and quadratic interpolation and moves the ends (section 4 of the paper).
  private mutating func narrow(by point: WolfeSearch.Point) -> Double {
    let (step, slopesDiffer) = (point.step, point.slope * best.slope < 0)
    let chosen: Double
    if point.value > best.value {
      // Case 1: a higher value, so that a minimum lies between.
      let cubic = best.cubicMinimum(with: point)
      let quadratic =
        best.step + best.slope / ((best.value - point.value) / (step - best.step) + best.slope) / 2
        * (step - best.step)
      chosen = abs(cubic - best.step) < abs(quadratic - best.step) ? cubic : cubic + (quadratic - cubic) / 2
      isBracketed = true
    } else if slopesDiffer {
      // Case 2: a lower value behind the minimum.
      let (cubic, secant) = (point.cubicMinimum(with: best), point.secantMinimum(with: best))
      chosen = abs(cubic - step) > abs(secant - step) ? cubic : secant
      isBracketed = true
    } else if abs(point.slope) < abs(best.slope) {
      // Case 3: lower and flatter. The cubic counts only where it turns up in that direction.
      let end = step > best.step ? limit.upperBound : limit.lowerBound
      let cubic = point.cubicMinimum(beyond: best) ?? end
      let secant = point.secantMinimum(with: best)
      let isCubicNearer = abs(cubic - step) < abs(secant - step)
      if isBracketed {
        let nearer = isCubicNearer ? cubic : secant
        let bound = step + 0.66 * (other.step - step)
        chosen = step > best.step ? min(bound, nearer) : max(bound, nearer)
      } else {
        let farther = abs(cubic - step) > abs(secant - step) ? cubic : secant
        chosen = min(max(farther, limit.lowerBound), limit.upperBound)
      }
    } else if isBracketed {
      // Case 4: lower and no flatter; the other end tells more.
      chosen = point.cubicMinimum(with: other)
    } else {
      chosen = step > best.step ? limit.upperBound : limit.lowerBound
    }

    if point.value > best.value {
      other = point
    } else {
      if slopesDiffer { other = best }
      best = point
    }
    return chosen
  }
}

extension WolfeSearch.Point {
  /// The point of the function with a straight line added.
  fileprivate func tilted(by slope: Double) -> WolfeSearch.Point {
    WolfeSearch.Point(step: step, value: value + step * slope, slope: self.slope + slope)
  }

  /// The θ and γ of the cubic through both points (eq. 4.2 of the paper), scaled against overflow.
  private func cubic(_ other: WolfeSearch.Point, mayBeFlat: Bool) -> (theta: Double, gamma: Double) {
    let theta = 3 * (value - other.value) / (other.step - step) + slope + other.slope
    let scale = max(abs(theta), abs(slope), abs(other.slope))
    guard scale > 0 else { return (theta, 0) }
    let square = (theta / scale) * (theta / scale) - (slope / scale) * (other.slope / scale)
    return (theta, scale * (mayBeFlat ? max(0, square) : square).squareRoot())
  }

  /// The minimum of the cubic that has the values and slopes of both points.
  fileprivate func cubicMinimum(with other: WolfeSearch.Point) -> Double {
    var (theta, gamma) = cubic(other, mayBeFlat: false)
    if other.step < step { gamma = -gamma }
    let fraction = ((gamma - slope) + theta) / (((gamma - slope) + gamma) + other.slope)
    return step + fraction * (other.step - step)
  }

  /// The minimum of the cubic, where it lies on the far side of this point as seen from `other`; else nil.
  fileprivate func cubicMinimum(beyond other: WolfeSearch.Point) -> Double? {
    var (theta, gamma) = cubic(other, mayBeFlat: true)
    if step > other.step { gamma = -gamma }
    let fraction = ((gamma - slope) + theta) / ((gamma + (other.slope - slope)) + gamma)
    return fraction < 0 && gamma != 0 ? step + fraction * (other.step - step) : nil
  }

  /// Where the straight line through both slopes is 0.
  fileprivate func secantMinimum(with other: WolfeSearch.Point) -> Double {
    step + slope / (slope - other.slope) * (other.step - step)
  }
}
