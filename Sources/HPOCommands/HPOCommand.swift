public import ArgumentParser

/// The root of the command line.
public struct HPOCommand: AsyncParsableCommand {
  /// The name, the help and the commands.
  public static let configuration = CommandConfiguration(
    commandName: "hpo",
    abstract: "Searches hyperparameters of neural networks and of any program.",
    discussion: """
      Studies live in a SQLite file in Optuna's format: --storage, else HPO_STORAGE, else hpo.db here.

      Examples:
        hpo optimize --config Configs/digits-mlp.yaml --trials 200 --jobs 2
        hpo optimize --study tune --trials 50 --float lr=1e-5..1e-1,log -- python3 train.py --lr {lr}
        hpo best --study digits-mlp
        hpo trials --study digits-mlp --sort value --limit 10
        hpo train --study digits-mlp --output digits.hpo
        hpo query 'SELECT state, count(*) FROM trials GROUP BY state'
      """,
    version: "0.1.0",
    subcommands: [
      StudyCommand.self, OptimizeCommand.self, TrialsCommand.self, TrialCommand.self, BestCommand.self,
      TrainCommand.self, PredictCommand.self, EvaluateCommand.self, QuantizeCommand.self, PruneCommand.self,
      ExportCommand.self,
      VerifyCommand.self, AskCommand.self, TellCommand.self, EnqueueCommand.self, NASCommand.self, QueryCommand.self,
      DoctorCommand.self, StorageCommand.self,
    ])

  /// Makes the command, as the parser needs it.
  public init() {}
}
