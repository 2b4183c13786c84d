import HPO

/// The part of the report that tells of one architecture.
struct FinishSection {
  private let result: FinishResult
  private var metric: String { result.metric.rawValue }

  init(_ result: FinishResult) { self.result = result }

  var html: String {
    var parts = [
      "<h2>Trial \(result.trial)</h2>", cards, architecture, seeds, "<h3>Files</h3>",
      HTMLTable.text(headings: ["", "file"], result.files.map { [$0.key, $0.value] }), verification, sensitivity,
    ]
    if let confusion = result.confusion, confusion.names.count <= 30 { parts.append(matrix(confusion)) }
    return parts.joined(separator: "\n")
  }

  private var cards: String {
    let footprint = result.architecture.footprint
    let facts = [
      (rounded(result.exportedValue), "test \(metric), int8"),
      (ArchitectureCost.flash.text(Double(result.bytes.flash)), "flash"),
      (ArchitectureCost.ram.text(Double(result.bytes.activations)), "activations at their peak"),
      (ArchitectureCost.parameters.text(Double(footprint.parameters)), "parameters"),
      (ArchitectureCost.macs.text(Double(footprint.multiplyAccumulates)), "multiply-accumulates"),
      (ArchitectureCost.latency.text(result.latency.float), "an inference, float32, here"),
      (ArchitectureCost.latency.text(result.latency.integers), "an inference, integer engine, here"),
    ]
    return "<div class=\"cards\">"
      + facts.map { "<div class=\"card\"><b>\(SVG.escaped($0))</b><span>\(SVG.escaped($1))</span></div>" }.joined()
      + "</div>"
  }

  private var architecture: String {
    let arena = ArchitectureCost.ram.text(Double(result.bytes.arena))
    return "<h3>Architecture and memory over the schedule</h3>"
      + "<p class=\"note\">Layers run from top to bottom; beside each are the flash of its constants and the bytes of all "
      + "activations that are live while it runs. Placed in one block they take \(arena). Genome "
      + "<code>\(result.architecture.genome.hash)</code>: <code>\(SVG.escaped(result.architecture.genome.canonicalJSON))</code></p>"
      + ArchitectureDrawing(result.architecture).svg(title: "")
  }

  private var seeds: String {
    let forms = result.forms
    var rows = result.seeds.map { seed in
      ["\(seed.seed)"]
        + forms.map { form in
          let isExported = seed.seed == result.exported.seed && form == result.exported.form
          return rounded(seed.values[form]?.test ?? .nan) + (isExported ? " (exported)" : "")
        }
    }
    rows.append(["mean"] + forms.map { result.interval($0).text })
    return "<h3>Seeds</h3><p class=\"note\">\(SVG.escaped(metric)) on the test samples.</p>"
      + HTMLTable.text(headings: ["seed"] + forms.map(\.title), rows)
  }

  private var verification: String {
    let rows = result.verification.checks.map { check in
      let (name, style) =
        switch check.passes {
        case true?: ("same", "same")
        case false?: ("different", "different")
        case nil: ("not run", "")
        }
      return "<tr><td>\(SVG.escaped(check.name))</td><td class=\"\(style)\">\(name)</td>"
        + "<td>\(SVG.escaped(check.finding))"
        + (check.words.isEmpty ? "" : "<pre>\(SVG.escaped(check.words))</pre>") + "</td></tr>"
    }
    return "<h3>Do all forms compute the same bytes as the integer engine?</h3>"
      + "<table><tr><th>form</th><th>result</th><th>finding</th></tr>\(rows.joined())</table>"
  }

  /// Redder where more is lost against 8 bits.
  private var sensitivity: String {
    guard let bits = result.sensitivity.first?.bits else { return "" }
    let rows = result.sensitivity.map { layer in
      let first = layer.values.first ?? .nan
      return (
        layer.layer,
        layer.values.map { value -> (text: String, color: String?) in
          let loss = (result.metric.isHigherBetter ? first - value : value - first) / max(abs(first), 1e-12)
          let depth = min(0.75, max(0, loss * 4))
          return (rounded(value), depth > 0.01 ? Self.color("192, 57, 43", depth) : nil)
        }
      )
    }
    return
      "<h3>What each layer bears</h3><p class=\"note\">\(SVG.escaped(metric)) on validation samples when the weights of one "
      + "layer alone have so many bits, found after training (PTQ): at most 512 of the samples, so that the figures compare with one "
      + "another rather than with those above.</p>"
      + HTMLTable.cells(corner: "layer", headings: bits.map { "\($0) bits" }, rows)
  }

  private func matrix(_ confusion: (names: [String], counts: [[Int]])) -> String {
    let rows = zip(confusion.names, confusion.counts).enumerated().map { place, row in
      let total = max(1, row.1.reduce(0, +))
      return (
        row.0,
        row.1.enumerated().map { column, count -> (text: String, color: String?) in
          guard count > 0 else { return ("", nil) }
          let depth = 0.08 + 0.6 * Double(count) / Double(total)
          return ("\(count)", Self.color(column == place ? "31, 111, 235" : "192, 57, 43", depth))
        }
      )
    }
    return
      "<h3>Confusion</h3><p class=\"note\">Of the exported model on the test samples; a row is what they are, a column what "
      + "they were taken for.</p>" + HTMLTable.cells(corner: "", headings: confusion.names, rows)
  }

  private func rounded(_ value: Double) -> String { shortNumber((value * 1e4).rounded() / 1e4) }

  private static func color(_ hue: String, _ depth: Double) -> String {
    "rgba(\(hue), \((depth * 100).rounded() / 100))"
  }
}
