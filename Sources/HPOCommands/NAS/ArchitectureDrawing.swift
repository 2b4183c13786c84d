import HPO

/// The layers of an architecture, as a table and as drawings.
struct ArchitectureDrawing {
  private let footprint: IntegerFootprint
  private let steps: [IntegerFootprint.Step]
  private let inputName: String
  private let inputShape: Shape

  init(_ architecture: Architecture) {
    footprint = architecture.footprint
    steps = architecture.footprint.steps
    inputName = architecture.graph[architecture.input].name
    inputShape = architecture.graph.shape(of: architecture.input)
  }

  /// A row a layer, with what it costs.
  var table: ResultTable {
    var table = ResultTable(
      columns: [
        .init("layer"), .init("operation"), .init("output"), .init("from"), .init("bits"), .init("parameters"),
        .init("macs"), .init("flash"), .init("live"),
      ])
    var previous = inputName
    for step in steps {
      let isNext = step.inputs == [previous]
      table.rows.append([
        .string(step.name), .string(step.operation), .string(Self.text(of: step.shape)),
        isNext ? nil : .string(step.inputs.joined(separator: ", ")), step.weightBits.map(JSONValue.int),
        .int(step.parameters), .int(step.multiplyAccumulates), .int(step.flashBytes), .int(step.liveBytes),
      ])
      previous = step.name
    }
    return table
  }

  /// The shape of one sample.
  private static func text(of shape: Shape) -> String {
    Shape(Array(shape.dimensions.dropFirst())).description
  }

  /// The layers one below the other, with bars for flash and live memory, for a terminal.
  var text: String {
    let width = max(steps.map { Self.label(of: $0).count }.max() ?? 0, 16)
    let (mostFlash, mostLive) = (steps.map(\.flashBytes).max() ?? 0, steps.map(\.liveBytes).max() ?? 0)
    func bar(_ amount: Int, of most: Int) -> String {
      let length = most == 0 ? 0 : (amount * 16 + most / 2) / most
      return String(repeating: "█", count: length) + String(repeating: " ", count: 16 - length)
    }
    func padded(_ text: String) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
    var lines = ["  \(padded("\(inputName) \(Self.text(of: inputShape))"))  flash            live memory"]
    let ways = waysAround
    for (index, step) in steps.enumerated() {
      let open = ways.filter { $0.from < index && index < $0.to }.count
      let ends = ways.contains { $0.to == index }
      let rail = (ends ? "├" : "│") + String(repeating: "│", count: min(open, 1))
      lines.append(
        "\(rail)\(rail.count == 1 ? " " : "")\(padded(Self.label(of: step)))  \(bar(step.flashBytes, of: mostFlash)) "
          + " \(bar(step.liveBytes, of: mostLive)) \(ArchitectureCost.ram.text(Double(step.liveBytes)))")
    }
    lines.append(
      "flash \(ArchitectureCost.flash.text(Double(footprint.flashBytes))), peak of live memory "
        + "\(ArchitectureCost.ram.text(Double(footprint.peakActivationBytes))), "
        + "\(ArchitectureCost.macs.text(Double(footprint.multiplyAccumulates))) multiply-accumulates")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func label(of step: IntegerFootprint.Step) -> String {
    let bits = step.weightBits.map { $0 == 8 ? "" : ", \($0) bits" } ?? ""
    return "\(step.name) (\(step.operation)\(bits)) \(text(of: step.shape))"
  }

  /// Values that are read past the next step: from which step to which, -1 for the input.
  private var waysAround: [(from: Int, to: Int)] {
    var places = [inputName: -1]
    for (index, step) in steps.enumerated() { places[step.name] = index }
    return steps.enumerated().flatMap { index, step in
      step.inputs.compactMap { places[$0] }.filter { $0 < index - 1 }.map { (from: $0, to: index) }
    }
  }

  /// The drawing for a page: a box a layer, arcs for ways around others, and the memory beside it.
  func svg(title: String) -> String {
    let (rowHeight, top, boxLeft) = (34.0, 56.0, 90.0)
    // A letter takes at most so much of the width, on the average of a label.
    let letterWidth = 6.8
    let longest = Double(steps.map { Self.label(of: $0).count }.max() ?? 0)
    let boxWidth = min(560, max(330, 20 + letterWidth * longest))
    let barLeft = boxLeft + boxWidth + 24
    let barWidth = 150.0
    var picture = SVG(width: barLeft + 2 * barWidth + 110, height: top + Double(steps.count + 1) * rowHeight + 16)
    picture.text(title, x: 20, y: 24, size: 15, weight: "600")
    picture.text("flash", x: barLeft, y: top - 10, size: 12, color: "#555")
    picture.text("live memory", x: barLeft + barWidth + 40, y: top - 10, size: 12, color: "#555")
    func middle(_ index: Int) -> Double { top + (Double(index + 1) + 0.5) * rowHeight - 4 }
    func box(_ index: Int, _ label: String, color: String) {
      picture.rectangle(
        boxLeft, middle(index) - 12, width: boxWidth, height: 24, color: color, border: "#8a94a0", title: label)
      // Of a label that is still too long, what it ends with tells more: the layer, its operation and shape.
      let most = Int((boxWidth - 20) / letterWidth)
      let shown = label.count > most ? "…\(label.suffix(most - 1))" : label
      picture.text(shown, x: boxLeft + 10, y: middle(index) + 4, size: 12)
      if index >= 0 {
        picture.line(
          boxLeft + boxWidth / 2, middle(index - 1) + 12, boxLeft + boxWidth / 2, middle(index) - 12, color: "#8a94a0")
      }
    }
    box(-1, "\(inputName) \(Self.text(of: inputShape))", color: "#f3f3f3")
    let (mostFlash, mostLive) = (
      Double(max(1, steps.map(\.flashBytes).max() ?? 1)), Double(max(1, steps.map(\.liveBytes).max() ?? 1))
    )
    for (index, step) in steps.enumerated() {
      box(index, Self.label(of: step), color: step.weightBits == nil ? "#fdf3d8" : "#dbe9fb")
      let (flash, live) = (Double(step.flashBytes), Double(step.liveBytes))
      picture.rectangle(
        barLeft, middle(index) - 7, width: barWidth * flash / mostFlash * 0.66, height: 14, color: "#1f6feb")
      picture.text(
        ArchitectureCost.flash.text(flash), x: barLeft + barWidth * flash / mostFlash * 0.66 + 6, y: middle(index) + 4,
        size: 11, color: "#555")
      picture.rectangle(
        barLeft + barWidth + 40, middle(index) - 7, width: barWidth * live / mostLive * 0.66, height: 14,
        color: live == mostLive ? "#c0392b" : "#e59866")
      picture.text(
        ArchitectureCost.ram.text(live), x: barLeft + barWidth + 46 + barWidth * live / mostLive * 0.66,
        y: middle(index) + 4, size: 11, color: "#555")
    }
    for way in waysAround {
      let depth = min(70, 22 + 9 * Double(way.to - way.from))
      picture.path(
        "M \(picture.number(boxLeft)) \(picture.number(middle(way.from))) C \(picture.number(boxLeft - depth)) "
          + "\(picture.number(middle(way.from))) \(picture.number(boxLeft - depth)) \(picture.number(middle(way.to))) "
          + "\(picture.number(boxLeft)) \(picture.number(middle(way.to)))", color: "#1f6feb", width: 1.4)
    }
    return picture.text
  }
}
