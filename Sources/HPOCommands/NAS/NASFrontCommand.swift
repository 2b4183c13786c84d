import ArgumentParser
import Foundation
import HPO
import StudyConfiguration

struct NASFrontCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "front",
    abstract: "Shows the architectures that no other one beats in metric and costs.",
    discussion: """
      What counts beside the metric are all costs that are objectives of the study, or flash where none is; with --cost that \
      one alone. A picture has the metric against the first of them.

      Examples:
        hpo nas front --study digits-nas
        hpo nas front --study digits-nas --cost ram --svg front.svg
        hpo nas front --study digits-nas --format json
      """)

  @OptionGroup var storage: StorageOptions
  @OptionGroup var study: StudyOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "What alone stands against the metric: flash, ram, macs, parameters or latency.")
  var cost: ArchitectureCost?

  @Option(help: "A file for a picture of all trials and the front.")
  var svg: String?

  func run() throws {
    let (record, front, limit) = try storage.withStorage { storage in
      let record = try study.record(in: storage)
      let trials = try storage.trials(study: record.id, states: [.complete])
      let front = try ArchitectureFront(record, trials: trials, cost: cost)
      let limits = try storage.architectureLimits(of: record)
      return (record, front, limits.limits.first { $0.cost == front.cost }?.most)
    }
    if let svg {
      try RegularFile.requireWritable(svg, keeping: [storage.file])
      let picture = FrontPicture(front, title: "\(record.name): \(front.points.count) architectures", limit: limit)
      try RegularFile.write(Array(picture.svg.utf8), to: svg)
      Terminal.writeError("the picture is in \(svg)\n")
    }
    Terminal.write(front.table.formatted(output.format, width: Terminal.outputWidth))
  }
}

extension Storage {
  /// The limits of a study's architectures: those of its file, and those of the command line in their place.
  func architectureLimits(of record: StudyRecord) throws -> CostLimits {
    let configuration = try StudyConfiguration.kept(with: record, in: self)
    let own = try KeptOptions(document(.search, study: record.id), ofStudy: record.name).limits()
    return CostLimits((configuration.objective?.training?.architecture?.limits.limits ?? []) + own)
  }
}
