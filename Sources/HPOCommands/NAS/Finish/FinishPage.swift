import HPO

/// The report on finished architectures, as one page that needs nothing else.
struct FinishPage {
  let study: String
  let front: ArchitectureFront
  let limit: Double?
  let results: [FinishResult]

  /// The page.
  var html: String {
    let title = SVG.escaped("\(study): int8 models")
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><title>\(title)</title>
      <meta name="viewport" content="width=device-width, initial-scale=1"><style>
      body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 900px; margin: 2em auto; padding: 0 1em; }
      h1 { font-size: 1.6em; } h2 { margin-top: 2em; border-bottom: 1px solid #ddd; } h3 { margin-top: 1.6em; }
      table { border-collapse: collapse; margin: .8em 0; } th, td { padding: .25em .8em; text-align: right; }
      th { border-bottom: 1px solid #888; font-weight: 600; } th:first-child, td:first-child { text-align: left; }
      svg { max-width: 100%; height: auto; } code { background: #f3f3f3; padding: .1em .3em; }
      .same { color: #1a7f37; } .different { color: #c0392b; font-weight: 600; } .confusion td { min-width: 1.6em; }
      </style></head><body>
      <h1>\(title)</h1>
      <p>Each architecture was trained with several seeds. Intervals cover the expected value with 95 % of confidence. The
      exported model is the one whose integers do best on the validation samples; figures are of the test samples.</p>
      \(summary)
      <h2>Metric against cost in the search</h2>
      \(FrontPicture(front, title: "\(front.points.count) architectures", limit: limit).svg)
      \(results.map(section).joined(separator: "\n"))
      </body></html>

      """
  }

  private var summary: String {
    Self.table(
      ["trial", "float32", "int8, after training", "exported int8", "flash", "activations", "macs"],
      results.map { result in
        [
          "\(result.trial.number)", result.float32.text, result.int8.text,
          shortNumber(result.chosen.model.metrics["int8 test"]?[result.metric] ?? .nan),
          ArchitectureCost.flash.text(Double(result.flashBytes)),
          ArchitectureCost.ram.text(Double(result.activationBytes)),
          ArchitectureCost.macs.text(Double(result.architecture.footprint.multiplyAccumulates)),
        ]
      })
  }

  private func section(_ result: FinishResult) -> String {
    let metric = SVG.escaped(result.metric.rawValue)
    var parts = [
      "<h2>Trial \(result.trial.number)</h2>",
      "<p>Architecture <code>\(result.architecture.genome.hash)</code>: "
        + "<code>\(SVG.escaped(result.architecture.genome.canonicalJSON))</code></p>",
      ArchitectureDrawing(result.architecture).svg(title: "Layers, with flash and the activations that are live"),
      "<h3>Seeds (\(metric) on the test samples)</h3>",
      Self.table(
        ["seed", "float32", "int8"],
        result.runs.map { run in
          let mark = run.seed == result.chosen.seed ? " (exported)" : ""
          return ["\(run.seed)\(mark)"]
            + ["test", "int8 test"].map { shortNumber(run.model.metrics[$0]?[result.metric] ?? .nan) }
        }),
      "<h3>One inference on this machine</h3>",
      Self.table(
        ["", "median"],
        [
          ["floating point", ArchitectureCost.latency.text(result.latency.float)],
          ["integer engine", ArchitectureCost.latency.text(result.latency.integers)],
        ]),
      "<h3>Do all forms compute the same bytes?</h3>", verification(result),
      "<h3>Files</h3>", Self.table(["", "file"], result.files.map { [$0.key, $0.value] }),
      "<h3>What each layer bears (\(metric) on validation samples, one layer at a time)</h3>",
      Self.table(
        ["layer"] + FinishResult.sensitivityBits.map { "\($0) bits" },
        result.sensitivity.map { [$0.layer] + $0.values.map(shortNumber) }),
    ]
    if let confusion = result.confusion, confusion.names.count <= 30 {
      parts += ["<h3>Confusion on the test samples (rows: what it is)</h3>", Self.matrix(confusion)]
    }
    return parts.joined(separator: "\n")
  }

  private func verification(_ result: FinishResult) -> String {
    let rows = result.verification.checks.map { check in
      let (name, style) =
        switch check.passes {
        case true?: ("same", "same")
        case false?: ("different", "different")
        case nil: ("not run", "")
        }
      return "<tr><td>\(SVG.escaped(check.name))</td><td class=\"\(style)\">\(name)</td>"
        + "<td>\(SVG.escaped(check.finding))</td></tr>"
    }
    return "<table><tr><th>form</th><th>result</th><th>finding</th></tr>\(rows.joined())</table>"
  }

  private static func table(_ headings: [String], _ rows: [[String]]) -> String {
    func row(_ cells: [String], _ tag: String) -> String {
      "<tr>" + cells.map { "<\(tag)>\(SVG.escaped($0))</\(tag)>" }.joined() + "</tr>"
    }
    return "<table>" + row(headings, "th") + rows.map { row($0, "td") }.joined() + "</table>"
  }

  private static func matrix(_ confusion: (names: [String], counts: [[Int]])) -> String {
    let rows = zip(confusion.names, confusion.counts).enumerated().map { place, row in
      let total = max(1, row.1.reduce(0, +))
      let cells = row.1.enumerated().map { column, count in
        let share = Double(count) / Double(total)
        let hue = column == place ? "31, 111, 235" : "192, 57, 43"
        let depth = count == 0 ? 0 : 0.08 + 0.6 * share
        return
          "<td style=\"background: rgba(\(hue), \((depth * 100).rounded() / 100))\">\(count == 0 ? "" : "\(count)")</td>"
      }
      return "<tr><th>\(SVG.escaped(row.0))</th>\(cells.joined())</tr>"
    }
    let heading = confusion.names.map { "<th>\(SVG.escaped($0))</th>" }.joined()
    return "<table class=\"confusion\"><tr><th></th>\(heading)</tr>\(rows.joined())</table>"
  }
}
