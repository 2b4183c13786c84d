import ArgumentParser

struct NASCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nas",
    abstract: "Searches architectures of networks under a budget of memory and time.",
    discussion: """
      A study file with 'architecture:' says which architectures there are, what they may cost and how they are trained.

      Examples:
        hpo nas search --config Configs/digits-nas.yaml --trials 60
        hpo nas front --study digits-nas
        hpo nas show 42 --study digits-nas
        hpo nas finish --study digits-nas --top 2
      """,
    subcommands: [NASSearchCommand.self, NASFrontCommand.self, NASShowCommand.self, NASFinishCommand.self])
}

struct NASSearchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Searches: trains architectures until the study holds as many trials as were asked for.",
    usage: "hpo nas search [<options>]",
    discussion: """
      What an architecture costs is known before it is trained: flash and ram of its int8 model, macs, parameters, and the \
      latency of one inference. What breaks a --limit is drawn anew and is no trial; no architecture is trained twice.

      --trials is a total for the study. An interrupted search goes on with the same command.

      Examples:
        hpo nas search --config Configs/digits-nas.yaml --trials 60 --jobs 2
        hpo nas search --config Configs/digits-nas.yaml --limit flash=16kB --limit ram=8kB --sampler nsga2
        hpo nas search --study digits-nas --trials 120
      """)

  @OptionGroup var search: StudySearch

  func run() async throws { try await search.run(by: .architectureSearch) }
}
