import HPO
import OrderedCollections
import Spelling

/// The report of a doctor for people and for programs.
struct DoctorText {
  /// How many places of a finding people are shown.
  private static let shownBreaches = 5

  private let report: DatabaseReport
  private let path: String
  private let isRepair: Bool

  init(_ report: DatabaseReport, path: String, isRepair: Bool) {
    self.report = report
    self.path = path
    self.isRepair = isRepair
  }

  var text: String {
    var text =
      "\(path): \(Self.count(report.studies, "study", "studies")), \(Self.count(report.trials, "trial")), "
      + "\(report.checkedRules) rules checked\n"
    for finding in report.findings { text += "\n" + self.text(of: finding) }
    return text + (report.findings.isEmpty ? "" : "\n") + conclusion + "\n"
  }

  private func text(of finding: DatabaseReport.Finding) -> String {
    var text = "\(finding.isFault ? "FAULT" : "note") \(finding.rule): \(finding.demand)\n"
    for breach in finding.breaches.prefix(Self.shownBreaches) {
      text += "  found      \(breach.place): \(breach.found)".printable + "\n"
    }
    if finding.count > Self.shownBreaches { text += "             and \(finding.count - Self.shownBreaches) more\n" }
    text += "  Optuna     \(finding.optuna)\n  dashboard  \(finding.dashboard)\n  hpo        \(finding.hpo)\n"
    let heading =
      finding.isRepaired
      ? "repaired   "
      : isRepair && finding.isRepairable ? "not mended " : finding.isRepairable ? "repair     " : "advice     "
    return text + "  " + heading + finding.remedy + "\n"
  }

  private var conclusion: String {
    let open = report.findings.filter { !$0.isRepaired }
    let faults = open.count(where: \.isFault)
    let notes = open.count - faults
    var parts: [String] = []
    if let backup = report.backup {
      parts.append("\(report.findings.count - open.count) repaired, the file as it was is \(backup)")
    }
    if faults > 0 { parts.append(Self.count(faults, "fault")) }
    if notes > 0 { parts.append(Self.count(notes, "note")) }
    if faults == 0 { parts.append("nothing is wrong") }
    if !isRepair, open.contains(where: \.isRepairable) {
      parts.append(
        "'hpo doctor \(shellQuoted(path.utf8.first == UInt8(ascii: "-") ? "./" + path : path)) --repair' mends after a copy what can be mended"
      )
    }
    return parts.joined(separator: "; ")
  }

  private static func count(_ number: Int, _ singular: String, _ plural: String? = nil) -> String {
    "\(number) \(number == 1 ? singular : plural ?? singular + "s")"
  }

  var json: JSONValue {
    let findings = report.findings.map { finding -> JSONValue in
      [
        "rule": .string(finding.rule), "severity": finding.isFault ? "fault" : "note",
        "demand": .string(finding.demand),
        "count": .int(finding.count),
        "breaches": .array(finding.breaches.map { ["place": .string($0.place), "found": .string($0.found)] }),
        "optuna": .string(finding.optuna), "dashboard": .string(finding.dashboard), "hpo": .string(finding.hpo),
        "remedy": .string(finding.remedy), "repairable": .bool(finding.isRepairable),
        "repaired": .bool(finding.isRepaired),
      ]
    }
    return [
      "file": .string(path), "studies": .int(report.studies), "trials": .int(report.trials),
      "rules": .int(report.checkedRules), "sound": .bool(!report.hasFaults),
      "backup": report.backup.map(JSONValue.string) ?? .null, "findings": .array(findings),
    ]
  }

  /// A row a place.
  var table: ResultTable {
    var table = ResultTable(columns: ["rule", "severity", "place", "found", "remedy", "repaired"].map { .init($0) })
    for finding in report.findings {
      for breach in finding.breaches {
        table.rows.append([
          .string(finding.rule), .string(finding.isFault ? "fault" : "note"), .string(breach.place),
          .string(breach.found), .string(finding.remedy), .bool(finding.isRepaired),
        ])
      }
    }
    return table
  }
}
