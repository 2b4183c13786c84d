import Spelling

/// A picture in the making, as Scalable Vector Graphics 1.1.
struct SVG {
  private let width: Double
  private let height: Double
  private var elements: [String] = []

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// The picture as a document, which also stands within an HTML page.
  var text: String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(number(width)) \(number(height))" \
    width="\(number(width))" height="\(number(height))" font-family="system-ui, sans-serif">
    <rect width="100%" height="100%" fill="white"/>

    """ + elements.joined(separator: "\n") + "\n</svg>\n"
  }

  mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, color: String, width: Double = 1, dashes: String? = nil
  ) {
    let dashed = dashes.map { " stroke-dasharray=\"\($0)\"" } ?? ""
    elements.append(
      "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" stroke=\"\(color)\" "
        + "stroke-width=\"\(number(width))\"\(dashed)/>")
  }

  mutating func text(
    _ text: String, x: Double, y: Double, size: Double, anchor: String = "start", color: String = "#222",
    weight: String = "400", rotation: Double? = nil
  ) {
    let rotated = rotation.map { " transform=\"rotate(\(number($0)) \(number(x)) \(number(y)))\"" } ?? ""
    elements.append(
      "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(number(size))\" text-anchor=\"\(anchor)\" "
        + "fill=\"\(color)\" font-weight=\"\(weight)\"\(rotated)>\(Self.escaped(text))</text>")
  }

  mutating func circle(_ x: Double, _ y: Double, radius: Double, color: String, title: String? = nil) {
    let tip = title.map { "<title>\(Self.escaped($0))</title>" } ?? ""
    elements.append(
      "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(number(radius))\" fill=\"\(color)\">\(tip)</circle>")
  }

  mutating func ring(_ x: Double, _ y: Double, radius: Double, color: String) {
    elements.append(
      "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(number(radius))\" fill=\"none\" stroke=\"\(color)\" "
        + "stroke-width=\"2.2\"/>")
  }

  mutating func rectangle(
    _ x: Double, _ y: Double, width: Double, height: Double, color: String, border: String? = nil, title: String? = nil
  ) {
    let stroke = border.map { " stroke=\"\($0)\"" } ?? ""
    let tip = title.map { "<title>\(Self.escaped($0))</title>" } ?? ""
    elements.append(
      "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(max(0, width)))\" height=\"\(number(height))\" rx=\"3\" "
        + "fill=\"\(color)\"\(stroke)>\(tip)</rect>")
  }

  /// A line through points that goes level until it steps, and on to an end.
  mutating func staircase(_ points: [(x: Double, y: Double)], end: Double, color: String) {
    guard let first = points.first, let last = points.last else { return }
    var path = "M \(number(first.x)) \(number(first.y))"
    for point in points.dropFirst() { path += " H \(number(point.x)) V \(number(point.y))" }
    path += " H \(number(max(end, last.x)))"
    self.path(path, color: color, width: 1.6)
  }

  mutating func path(_ path: String, color: String, width: Double) {
    elements.append("<path d=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"\(number(width))\"/>")
  }

  /// A number with two decimals at most.
  func number(_ value: Double) -> String {
    let rounded = (value * 100).rounded() / 100
    return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
  }

  /// Text as XML and HTML take it.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.printable {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.append(character)
      }
    }
    return result
  }
}
