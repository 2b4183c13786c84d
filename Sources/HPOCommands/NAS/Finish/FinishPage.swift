import HPO

/// The report on finished architectures, as one page that needs nothing else.
struct FinishPage {
  let study: String
  let data: String
  let front: ArchitectureFront
  let limits: CostLimits
  let results: [FinishResult]

  /// The page.
  var html: String {
    let title = SVG.escaped("\(study): int8 models")
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><title>\(title)</title>
      <meta name="viewport" content="width=device-width, initial-scale=1"><style>\(Self.style)</style></head><body>
      <h1>\(title)</h1>
      <p>\(introduction)</p>
      \(summary)
      <h2>The search</h2>
      \(search)
      \(results.map { FinishSection($0).html }.joined(separator: "\n"))
      </body></html>

      """
  }

  private static let style = """
    body { font: 15px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 1080px; margin: 2em auto;
      padding: 0 1em; }
    h1 { font-size: 1.6em; } h2 { margin-top: 2em; border-bottom: 1px solid #ddd; } h3 { margin: 1.6em 0 .3em; }
    table { border-collapse: collapse; margin: .6em 0; font-variant-numeric: tabular-nums; }
    th, td { padding: .25em .55em; text-align: right; white-space: nowrap; } th { border-bottom: 1px solid #888; font-weight: 600; }
    th:first-child, td:first-child { text-align: left; padding-left: 0; }
    svg { max-width: 100%; height: auto; } code { background: #f3f3f3; padding: .1em .3em; overflow-wrap: anywhere; }
    .cards { display: flex; flex-wrap: wrap; gap: .8em; margin: 1em 0; }
    .card { border: 1px solid #d8dee4; border-radius: 6px; padding: .5em 1em; }
    .card b { display: block; font-size: 1.35em; } .card span { color: #57606a; font-size: .9em; }
    .note { color: #57606a; margin: .2em 0; } .scroll { overflow-x: auto; }
    .same { color: #1a7f37; } .different { color: #c0392b; font-weight: 600; }
    .cells td { min-width: 2em; text-align: center; padding: .25em .4em; } .cells th { font-weight: 500; }
    .cells tr:not(:first-child) th { border: none; }
    """

  private var introduction: String {
    func text(_ counts: [Int], _ noun: String = "epoch") -> String {
      let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
      return least == most ? counted(least, noun) : "\(least) to \(most) \(noun)s"
    }
    let trained = "with \(text(results.map(\.seeds.count), "seed"))"
    let awareEpochs = results.map(\.epochs.aware).filter { $0 > 0 }
    let aware =
      !awareEpochs.isEmpty
      ? ", QAT the integers of a further training of \(text(awareEpochs)) with rounded numbers, taught by the model "
        + "itself" : ""
    return SVG.escaped(
      "Data: \(data). Each architecture was trained \(trained) for \(text(results.map(\.epochs.float))). PTQ are integers that were found after "
        + "training\(aware). Intervals cover the expected value with 95 % of confidence. Exported is the model whose integers do best on the validation samples; accuracies are of the test "
        + "samples, which decided nothing.")
  }

  private var summary: String {
    let forms = results.forms
    return HTMLTable.text(
      headings: ["trial"] + forms.map(\.title) + ["exported", "flash", "activations", "macs", "limits", "all forms"],
      results.map { result in
        ["\(result.trial)"] + forms.map { result.forms.contains($0) ? result.interval($0).text : "–" }
          + [
            shortNumber((result.exportedValue * 1e4).rounded() / 1e4),
            ArchitectureCost.flash.text(Double(result.bytes.flash)),
            ArchitectureCost.ram.text(Double(result.bytes.activations)),
            ArchitectureCost.macs.text(Double(result.architecture.footprint.multiplyAccumulates)),
            result.limitsText, result.verification.summary,
          ]
      })
  }

  private var search: String {
    let limit = limits.limits.first { $0.cost == front.cost }?.most
    let kept = limits.limits.map { "\($0.cost.rawValue) at most \($0.cost.text($0.most))" }
    let text =
      (kept.isEmpty ? "There were no limits." : "Limits: \(kept.joined(separator: ", ")).")
      + " The front: architectures that no other one beats in \(front.axes). Rings are what was finished."
    return "<p class=\"note\">\(SVG.escaped(text))</p>"
      + FrontPicture(
        front, title: "\(front.points.count) trained architectures: \(front.metric) on validation samples",
        limit: limit,
        marked: Set(results.map(\.trial))
      ).svg + HTMLTable.text(headings: front.headings, front.texts)
  }
}

/// Tables of a page.
enum HTMLTable {
  /// A table of texts.
  static func text(headings: [String], _ rows: [[String]]) -> String {
    func row(_ cells: [String], _ tag: String) -> String {
      "<tr>" + cells.map { "<\(tag)>\(SVG.escaped($0))</\(tag)>" }.joined() + "</tr>"
    }
    return "<div class=\"scroll\"><table>" + row(headings, "th") + rows.map { row($0, "td") }.joined()
      + "</table></div>"
  }

  /// A table with a colour behind each cell.
  ///
  /// - Parameter rows: A heading and the cells, each with a colour as CSS takes it, or nil.
  static func cells(
    corner: String, headings: [String], _ rows: [(heading: String, cells: [(text: String, color: String?)])]
  ) -> String {
    let body = rows.map { row in
      "<tr><th>\(SVG.escaped(row.heading))</th>"
        + row.cells.map { cell in
          "<td\(cell.color.map { " style=\"background: \($0)\"" } ?? "")>\(SVG.escaped(cell.text))</td>"
        }.joined() + "</tr>"
    }.joined()
    let top = ([corner] + headings).map { "<th>\(SVG.escaped($0))</th>" }.joined()
    return "<div class=\"scroll\"><table class=\"cells\"><tr>\(top)</tr>\(body)</table></div>"
  }
}
