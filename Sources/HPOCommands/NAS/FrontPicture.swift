import HPO
import RealModule

/// The trials of an architecture search as a picture: the metric against a cost, with the front as a line.
struct FrontPicture {
  private static let width = 760.0
  private static let height = 460.0
  private static let margin = (left: 72.0, right: 24.0, top: 44.0, bottom: 58.0)

  private let front: ArchitectureFront
  private let title: String
  private let limit: Double?
  private let marked: Set<Int>
  private let x: PictureAxis
  private let y: PictureAxis

  /// - Parameters:
  ///   - title: What stands above the picture.
  ///   - limit: The most that the cost may be; nil for no limit.
  ///   - marked: The numbers of trials that get a ring.
  init(_ front: ArchitectureFront, title: String, limit: Double?, marked: Set<Int> = []) {
    self.front = front
    self.marked = marked
    self.title = title
    self.limit = limit
    let costs = front.points.map(\.cost) + (limit.map { [$0] } ?? [])
    x = PictureAxis(costs, from: Self.margin.left, to: Self.width - Self.margin.right, mayBeLogarithmic: true)
    // Values far below the others would press these against the edge.
    let values = front.points.map(\.value).sorted()
    let (low, high) = (values[values.count / 10], values[values.count - 1 - values.count / 10])
    let best = front.direction == .maximize ? values[values.count - 1] : values[0]
    let reach = 3 * abs(best - (front.direction == .maximize ? low : high))
    let isShown: (Double) -> Bool = { abs($0 - best) <= reach }
    y = PictureAxis(
      values.filter(isShown), from: Self.height - Self.margin.bottom, to: Self.margin.top, mayBeLogarithmic: false)
  }

  /// The picture as SVG, which browsers and printers scale as they need it.
  var svg: String {
    var picture = SVG(width: Self.width, height: Self.height)
    picture.text(title, x: Self.margin.left, y: 24, size: 15, weight: "600")
    let (left, right) = (Self.margin.left, Self.width - Self.margin.right)
    let (top, bottom) = (Self.margin.top, Self.height - Self.margin.bottom)
    for tick in x.ticks {
      picture.line(x[tick], top, x[tick], bottom, color: "#e6e6e6")
      picture.text(front.cost.text(tick), x: x[tick], y: bottom + 18, size: 12, anchor: "middle", color: "#555")
    }
    for tick in y.ticks {
      picture.line(left, y[tick], right, y[tick], color: "#e6e6e6")
      picture.text(shortNumber(tick), x: left - 8, y: y[tick] + 4, size: 12, anchor: "end", color: "#555")
    }
    picture.line(left, bottom, right, bottom, color: "#555")
    picture.line(left, top, left, bottom, color: "#555")
    picture.text(front.cost.title, x: (left + right) / 2, y: Self.height - 14, size: 13, anchor: "middle")
    picture.text(front.metric, x: 18, y: (top + bottom) / 2, size: 13, anchor: "middle", rotation: -90)
    if let limit {
      picture.line(x[limit], top, x[limit], bottom, color: "#c0392b", dashes: "5 4")
      picture.text("limit", x: x[limit] - 5, y: top + 12, size: 11, anchor: "end", color: "#c0392b")
    }
    var hidden = 0
    for point in front.points {
      guard y.contains(point.value) else {
        hidden += 1
        continue
      }
      picture.circle(x[point.cost], y[point.value], radius: 3.2, color: "#9aa7b4", title: label(of: point))
    }
    let visible = front.front.filter { y.contains($0.value) }
    let line = front.line.filter { y.contains($0.value) }
    picture.staircase(line.map { (x[$0.cost], y[$0.value]) }, end: right, color: "#1f6feb")
    for point in visible {
      picture.circle(x[point.cost], y[point.value], radius: 4.6, color: "#1f6feb", title: label(of: point))
    }
    for point in front.points where marked.contains(point.trial.number) && y.contains(point.value) {
      picture.ring(x[point.cost], y[point.value], radius: 8, color: "#e36209")
    }
    // Numbers where there is room for them.
    var last = -Double.infinity
    for point in visible where x[point.cost] - last > 26 {
      last = x[point.cost]
      picture.text(
        "\(point.trial.number)", x: last, y: y[point.value] - 9, size: 11, anchor: "middle", color: "#1f6feb")
    }
    if hidden > 0 {
      picture.text(
        hidden == 1 ? "1 trial lies outside" : "\(hidden) trials lie outside", x: right, y: 24, size: 11, anchor: "end",
        color: "#777")
    }
    return picture.text
  }

  private func label(of point: ArchitectureFront.Point) -> String {
    "trial \(point.trial.number): \(front.metric) \(shortNumber(point.value)), \(front.cost.rawValue) "
      + front.cost.text(point.cost)
  }
}

extension ArchitectureCost {
  /// What stands beside an axis.
  var title: String {
    switch self {
    case .parameters: "parameters"
    case .macs: "multiply-accumulates of one inference"
    case .flash: "flash of the int8 model"
    case .ram: "activation memory of the int8 model"
    case .latency: "latency of one inference (floating point, this machine)"
    }
  }
}

/// Where numbers lie along one side of a picture.
struct PictureAxis {
  let ticks: [Double]
  private let isLogarithmic: Bool
  private let low: Double
  private let high: Double
  private let start: Double
  private let end: Double

  /// - Parameters:
  ///   - numbers: What is to be shown, at least one.
  ///   - start: The place of the least number.
  ///   - end: The place of the greatest.
  ///   - mayBeLogarithmic: Whether numbers of different magnitudes get a logarithmic scale.
  init(_ numbers: [Double], from start: Double, to end: Double, mayBeLogarithmic: Bool) {
    let (least, greatest) = (numbers.min() ?? 0, numbers.max() ?? 1)
    isLogarithmic = mayBeLogarithmic && least > 0 && greatest / least > 15
    self.start = start
    self.end = end
    if isLogarithmic {
      let (low, high) = (least / 1.15, greatest * 1.15)
      var ticks: [Double] = []
      var decade = 1e-9
      while decade < high {
        ticks += [1, 2, 5].map { $0 * decade }.filter { $0 >= low && $0 <= high }
        decade *= 10
      }
      (self.low, self.high, self.ticks) = (low, high, ticks)
    } else {
      let margin = max((greatest - least) * 0.06, abs(greatest) * 1e-3, 1e-12)
      let (low, high) = (least - margin, greatest + margin)
      let step = Self.step(for: high - low)
      (self.low, self.high) = (low, high)
      ticks = (0...20).map { ((low / step).rounded(.up) + Double($0)) * step }.filter { $0 <= high }
    }
  }

  /// A step of 1, 2 or 5 times a power of ten that makes four to ten ticks.
  private static func step(for length: Double) -> Double {
    var decade = 1e-12
    while decade * 10 < length { decade *= 10 }
    return [0.1, 0.2, 0.5, 1, 2].map { $0 * decade }.first { length / $0 <= 9 } ?? decade
  }

  func contains(_ number: Double) -> Bool { low <= number && number <= high }

  /// The place of a number.
  subscript(number: Double) -> Double {
    let share =
      isLogarithmic
      ? (logarithm(number) - logarithm(low)) / (logarithm(high) - logarithm(low)) : (number - low) / (high - low)
    return start + share * (end - start)
  }

  private func logarithm(_ number: Double) -> Double { Double.log(max(number, 1e-300)) }
}
