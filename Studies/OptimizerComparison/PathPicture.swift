import HPO

/// A picture of minimizations in the plane: lines of equal height, and the path of each contender.
struct PathPicture {
  /// One function with its paths.
  struct Panel {
    let title: String
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>
    let levels: [Double]
    let minima: [(Double, Double)]
    let value: (Double, Double) -> Double
    let paths: [(contender: Contender, points: [[Double]])]
  }

  private static let side = 420.0
  private static let margin = 30.0
  private static let cells = 140

  /// The picture in SVG.
  static func svg(_ panels: [Panel]) -> String {
    let width = margin + Double(panels.count) * (side + margin) + 150
    let height = side + 2 * margin + 10
    var lines = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(short(width)) \(short(height))" \
      font-family="sans-serif" font-size="13">
      """,
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
    ]
    for (index, panel) in panels.enumerated() {
      lines.append(
        "<g transform=\"translate(\(short(margin + Double(index) * (side + margin))) \(short(margin)))\">")
      lines += draw(panel, clip: "panel\(index)")
      lines.append("</g>")
    }
    let left = margin + Double(panels.count) * (side + margin)
    for (row, contender) in (panels.first?.paths.map(\.contender) ?? []).enumerated() {
      let y = margin + 10 + 22 * Double(row)
      lines.append(
        "<line x1=\"\(short(left))\" y1=\"\(short(y))\" x2=\"\(short(left + 22))\" y2=\"\(short(y))\" "
          + "stroke=\"\(contender.colour)\" stroke-width=\"3\"/>")
      lines.append("<text x=\"\(short(left + 28))\" y=\"\(short(y + 4))\">\(contender.name)</text>")
    }
    return lines.joined(separator: "\n") + "\n</svg>\n"
  }

  private static func draw(_ panel: Panel, clip: String) -> [String] {
    func place(_ x: Double, _ y: Double) -> String {
      let right = (x - panel.x.lowerBound) / (panel.x.upperBound - panel.x.lowerBound) * side
      let down = (panel.y.upperBound - y) / (panel.y.upperBound - panel.y.lowerBound) * side
      return "\(short(right)) \(short(down))"
    }
    var lines = [
      "<text x=\"0\" y=\"-8\">\(panel.title)</text>",
      "<clipPath id=\"\(clip)\"><rect width=\"\(short(side))\" height=\"\(short(side))\"/></clipPath>",
      "<g clip-path=\"url(#\(clip))\" fill=\"none\">",
    ]
    for level in panel.levels {
      let segments = contour(of: panel, at: level).map { "M\(place($0.0, $0.1))L\(place($0.2, $0.3))" }
      lines.append("<path stroke=\"#cccccc\" stroke-width=\"0.8\" d=\"\(segments.joined())\"/>")
    }
    for (contender, points) in panel.paths {
      let finite = points.filter { $0.allSatisfy { abs($0) < 100 } }
      let places = finite.map { place($0[0], $0[1]) }
      lines.append(
        "<path stroke=\"\(contender.colour)\" stroke-width=\"1.6\" stroke-linejoin=\"round\" stroke-opacity=\"0.85\" "
          + "d=\"M\(places.joined(separator: "L"))\"/>")
    }
    lines.append("</g>")
    for (x, y) in panel.minima {
      lines.append(
        "<text transform=\"translate(\(place(x, y)))\" text-anchor=\"middle\" dy=\"6\" font-size=\"18\">★</text>")
    }
    lines.append(
      "<rect width=\"\(short(side))\" height=\"\(short(side))\" fill=\"none\" stroke=\"#888888\"/>")
    return lines
  }

  /// Where a level crosses the cells of a grid, by marching squares: pieces of lines (x, y, x, y).
  private static func contour(of panel: Panel, at level: Double) -> [(Double, Double, Double, Double)] {
    func x(_ i: Int) -> Double {
      panel.x.lowerBound + (panel.x.upperBound - panel.x.lowerBound) * Double(i) / Double(cells)
    }
    func y(_ j: Int) -> Double {
      panel.y.lowerBound + (panel.y.upperBound - panel.y.lowerBound) * Double(j) / Double(cells)
    }
    let heights = (0...cells).map { j in (0...cells).map { i in panel.value(x(i), y(j)) - level } }
    var pieces: [(Double, Double, Double, Double)] = []
    for j in 0..<cells {
      for i in 0..<cells {
        // The corners in a circle, and where the level crosses the edges between them.
        let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]
        var crossings: [(Double, Double)] = []
        for edge in 0..<4 {
          let (a, b) = (corners[edge], corners[(edge + 1) % 4])
          let (first, second) = (heights[a.1][a.0], heights[b.1][b.0])
          guard (first < 0) != (second < 0) else { continue }
          let t = first / (first - second)
          crossings.append((x(a.0) + t * (x(b.0) - x(a.0)), y(a.1) + t * (y(b.1) - y(a.1))))
        }
        for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
          pieces.append((crossings[pair].0, crossings[pair].1, crossings[pair + 1].0, crossings[pair + 1].1))
        }
      }
    }
    return pieces
  }

  private static func short(_ number: Double) -> String {
    let tenths = (number * 10).rounded() / 10
    return Int(exactly: tenths).map(String.init) ?? "\(tenths)"
  }
}
