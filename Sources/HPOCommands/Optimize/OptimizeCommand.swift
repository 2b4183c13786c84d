import ArgumentParser

struct OptimizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "optimize",
    abstract: "Searches: runs trials until the study holds as many as were asked for.",
    discussion: """
      --trials is a total for the study. An interrupted search goes on with the same command: trials that were \
      interrupted, by Ctrl-C or by the end of their process, go on from their last checkpoint, under their numbers and with \
      their parameters.

      Ctrl-C lets running trials stop after their next step and keeps what they have reached; a second Ctrl-C ends at once. \
      Neither loses a trial.

      Examples:
        hpo optimize --config Configs/digits-mlp.yaml --trials 200 --jobs 2
        hpo optimize --study digits-mlp --trials 300
        hpo optimize --study digits-mlp --trials 1000 --timeout 2h
        hpo optimize --study tune --trials 50 --float lr=1e-5..1e-1,log -- python3 train.py --lr {lr}
        hpo optimize --study tune --trials 50 --worker --float lr=1e-5..1e-1,log -- python3 worker.py
        hpo optimize --study digits-mlp --until 'value > 0.98' --stagnation 50
        hpo optimize --config Configs/digits-mlp.yaml --trials 200 --jobs 4 --deterministic
      """)

  @OptionGroup var search: StudySearch

  @OptionGroup var space: SpaceOptions

  @OptionGroup var program: ProgramOptions

  func run() async throws {
    if search.config != nil, !space.isEmpty || !program.command.isEmpty || program.worker {
      throw ValidationError("the study file says what the parameters and the command are; give one or the other")
    }
    try await search.run(by: .optimize(InlineStudy(space: space, program: program)))
  }
}
